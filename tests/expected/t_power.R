# Power of a two-sided t-test by R's own power.t.test, far tail included (strict).
#   Rscript tests/expected/t_power.R
# Writes tests/expected/t_power.csv.
rows <- expand.grid(degrees = c(4, 10, 137), away = c(0.5, 2, 5, 8, 10, 12, 20, 30, 36), level = c(0.05, 0.01))
rows$power <- mapply(function(degrees, away, level) {
  size <- degrees + 1
  suppressWarnings(power.t.test(size, away / sqrt(size), sd = 1, sig.level = level,
                                type = "one.sample", strict = TRUE)$power)
}, rows$degrees, rows$away, rows$level)
rows$power <- formatC(rows$power, digits = 14, format = "g", width = 1)
write.table(rows, "tests/expected/t_power.csv", sep = ",", quote = FALSE, row.names = FALSE, eol = "\n")
