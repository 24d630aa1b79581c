"""Made-up records: reports that no officer wrote, from a seed, with the truth about them.

They serve as the example, and for tests and benchmarks of any size. Every row says "Made up".
"""
