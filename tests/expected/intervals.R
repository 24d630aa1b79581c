# Expected confidence limits. Run from the repository root:
#   Rscript tests/expected/intervals.R
# Writes tests/expected/intervals.csv and tests/expected/intervals_published.csv.

out <- "tests/expected"
num <- function(v) formatC(v, digits = 12, format = "g", width = 1)
save_csv <- function(d, file) {
  write.table(d, file.path(out, file), sep = ",", quote = FALSE, row.names = FALSE, eol = "\n")
}

wilson <- function(x, n, conf) {
  suppressWarnings(prop.test(x, n, conf.level = conf, correct = FALSE))$conf.int[1:2]
}
exact_binomial <- function(x, n, conf) binom.test(x, n, conf.level = conf)$conf.int[1:2]
exact_poisson <- function(x, n, conf) poisson.test(x, T = n, conf.level = conf)$conf.int[1:2]
# Byar's approximation, Breslow & Day 1987, p. 69; the lower limit of a count of 0 is 0.
byar <- function(x, n, conf) {
  z <- qnorm(1 - (1 - conf) / 2)
  lower <- if (x == 0) 0 else x * (1 - 1 / (9 * x) - z / (3 * sqrt(x)))^3
  upper <- (x + 1) * (1 - 1 / (9 * (x + 1)) + z / (3 * sqrt(x + 1)))^3
  c(lower, upper) / n
}

proportions <- list(c(55, 309), c(9, 309), c(9, 55), c(309, 55154), c(21, 208),
                    c(3334, 32058), c(3334, 30791), c(0, 17), c(17, 17), c(1, 400))
counts <- c(0, 1, 3, 9, 10, 21, 55, 208, 309, 3334)
version <- paste("R", getRversion())

rows <- list()
add <- function(method, fun, x, n, conf, source) {
  ci <- fun(x, n, conf)
  rows[[length(rows) + 1]] <<- data.frame(
    method = method, x = num(x), n = num(n), confidence = conf,
    lower = num(ci[1]), upper = num(ci[2]), source = source)
}
for (conf in c(0.95, 0.99)) {
  for (p in proportions) add("wilson", wilson, p[1], p[2], conf, paste(version, "prop.test"))
  for (p in proportions) {
    add("exact_binomial", exact_binomial, p[1], p[2], conf, paste(version, "binom.test"))
  }
  for (x in counts) add("exact_poisson", exact_poisson, x, 1, conf, paste(version, "poisson.test"))
  for (x in counts) add("byar", byar, x, 1, conf, paste(version, "formula"))
}
save_csv(do.call(rbind, rows), "intervals.csv")

# Newcombe 1998, Table I: methods 3 (score) and 5 (Clopper-Pearson), 95 %, four decimals.
published <- read.csv(text = "method,x,n,lower,upper
wilson,81,263,0.2553,0.3662
wilson,15,148,0.0624,0.1605
wilson,0,20,0.0000,0.1611
wilson,1,29,0.0061,0.1718
exact_binomial,81,263,0.2527,0.3676
exact_binomial,15,148,0.0578,0.1617
exact_binomial,0,20,0.0000,0.1684
exact_binomial,1,29,0.0009,0.1776", colClasses = "character")
for (i in seq_len(nrow(published))) {
  p <- published[i, ]
  ci <- get(p$method)(as.numeric(p$x), as.numeric(p$n), 0.95)
  ours <- formatC(ci, digits = 4, format = "f")
  cat(p$method, p$x, "/", p$n, "printed", p$lower, p$upper, "R", num(ci), "\n")
  if (!identical(ours, c(p$lower, p$upper))) stop("R does not give the printed digits")
}
save_csv(data.frame(published[c("method", "x", "n")], confidence = 0.95,
                    published[c("lower", "upper")], source = "\"Newcombe 1998, Table I\""),
         "intervals_published.csv")
cat("all", nrow(published), "published rows agree to the printed digits\n")
