"""Injuries in Cambridgeshire in one quarter, as three newspapers printed them in 2017.

The tables are transcribed by hand into ``data/published``, one for each paper, in the columns of
``analysis.counts.WRITTEN``. All three count officers' forms, whatever a paper calls them.
"""

# source: the paper
PAPERS = {
    "cambs-times-2017": "Cambs Times",
    "hunts-post-2017": "Hunts Post",
    "peterborough-telegraph-2017": "Peterborough Telegraph",
}
SUBJECT = "injuries"
PERIOD, EDITION = "2017-Q2", "2017"
