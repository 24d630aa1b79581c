# Expected rates with limits and the ladder's product and ratio. Run from the repository root:
#   Rscript tests/expected/rates.R
# Writes tests/expected/rates.csv.

out <- "tests/expected"
num <- function(v) formatC(v, digits = 12, format = "g", width = 1)

exact_poisson <- function(x, n, conf) poisson.test(x, T = n, conf.level = conf)$conf.int[1:2]
byar <- function(x, n, conf) {
  z <- qnorm(1 - (1 - conf) / 2)
  lower <- if (x == 0) 0 else x * (1 - 1 / (9 * x) - z / (3 * sqrt(x)))^3
  upper <- (x + 1) * (1 - 1 / (9 * (x + 1)) + z / (3 * sqrt(x + 1)))^3
  c(lower, upper) / n
}
wilson <- function(x, n, conf) {
  suppressWarnings(prop.test(x, n, conf.level = conf, correct = FALSE))$conf.int[1:2]
}
# Product of two independent proportions, delta method on the log scale.
log_delta_product <- function(x1, n1, x2, n2, conf) {
  p1 <- x1 / n1
  p2 <- x2 / n2
  se <- sqrt((1 - p1) / (n1 * p1) + (1 - p2) / (n2 * p2))
  p1 * p2 * exp(c(-1, 1) * qnorm(1 - (1 - conf) / 2) * se)
}

rows <- list()
add <- function(quantity, method, x1, n1, x2, n2, per, conf, estimate, ci) {
  rows[[length(rows) + 1]] <<- data.frame(
    quantity = quantity, method = method, x1 = num(x1), n1 = num(n1),
    x2 = if (is.na(x2)) "" else num(x2), n2 = if (is.na(n2)) "" else num(n2),
    per = num(per), confidence = conf, estimate = num(per * estimate),
    lower = num(per * ci[1]), upper = num(per * ci[2]))
}
cases <- list(list("uses_per_report", 208, 4629), list("uses_per_resident", 208, 859830),
              list("uses_per_report", 32058, 491984), list("count_per_denominator", 9, 881))
for (conf in c(0.95, 0.99)) {
  for (case in cases) for (per in c(1000, 100000)) {
    x <- case[[2]]
    n <- case[[3]]
    add(case[[1]], "byar", x, n, NA, NA, per, conf, x / n, byar(x, n, conf))
    add(case[[1]], "exact_poisson", x, n, NA, NA, per, conf, x / n, exact_poisson(x, n, conf))
  }
  for (per in c(1, 1000)) {
    add("uses_per_incident", "log_delta_product", 309, 55154, 55, 309, per, conf,
        309 / 55154 * 55 / 309, log_delta_product(309, 55154, 55, 309, conf))
    add("discharges_per_incident", "wilson", 9, 55154, NA, NA, per, conf,
        9 / 55154, wilson(9, 55154, conf))
  }
}
write.table(do.call(rbind, rows), file.path(out, "rates.csv"), sep = ",", quote = FALSE,
            row.names = FALSE, eol = "\n")
