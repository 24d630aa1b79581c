# Two estimates against each other, in base R; see the section on comparison.csv in README.md.
out <- data.frame()
add <- function(case, kind, x1, n1, x2, n2, confidence, lower, upper, p)
  out <<- rbind(out, data.frame(case = gsub(",", "", case), kind = kind, x1 = x1, n1 = n1, x2 = x2, n2 = n2,
    confidence = confidence, lower = signif(lower, 12), upper = signif(upper, 12), p = signif(p, 12)))

wilson <- function(x, n, level) as.numeric(prop.test(x, n, correct = FALSE, conf.level = level)$conf.int)
share <- function(case, x1, n1, x2, n2, level = 0.95, printed = NULL) {
  a <- wilson(x1, n1, level); b <- wilson(x2, n2, level); p1 <- x1 / n1; p2 <- x2 / n2; d <- p2 - p1
  lower <- d - sqrt((p2 - b[1])^2 + (a[2] - p1)^2)
  upper <- d + sqrt((b[2] - p2)^2 + (p1 - a[1])^2)
  if (!is.null(printed)) stopifnot(round(c(lower, upper), 4) == printed)
  p <- suppressWarnings(prop.test(c(x1, x2), c(n1, n2), correct = FALSE)$p.value)
  add(case, "share", x1, n1, x2, n2, level, lower, upper, if (is.nan(p)) 1 else p)
}
# Newcombe 1998, Table II, method 10; his first sample is our second, as the difference is after less before
share("Newcombe a", 48, 80, 56, 70, printed = c(0.0524, 0.3339))
share("Newcombe b", 3, 10, 9, 10, printed = c(0.1705, 0.8090))
share("Newcombe c", 2, 7, 6, 7, printed = c(0.0582, 0.8062))
share("Newcombe d", 0, 29, 5, 56, printed = c(-0.0381, 0.1926))
share("Newcombe e", 0, 20, 0, 10, printed = c(-0.1611, 0.2775))
share("Newcombe f", 0, 10, 0, 10, printed = c(-0.2775, 0.2775))
share("Newcombe g", 0, 20, 10, 10, printed = c(0.6791, 1.0000))
share("Newcombe h", 0, 10, 10, 10, printed = c(0.6075, 1.0000))
share("large", 1200, 9000, 1500, 12000, level = 0.99)
share("equal", 45, 300, 45, 300)

poisson <- function(case, x1, t1, x2, t2, level = 0.95) {
  both <- poisson.test(c(x2, x1), c(t2, t1), conf.level = level)$conf.int
  tail <- function(side) poisson.test(c(x2, x1), c(t2, t1), alternative = side)$p.value
  add(case, "rate", x1, t1, x2, t2, level, both[1], both[2], min(1, 2 * min(tail("less"), tail("greater"))))
}
poisson("eba1977, as in the help page of poisson.test", 21, 3011, 11, 800)
poisson("counts", 190, 1, 240, 1)
poisson("few", 2, 1, 9, 1, level = 0.9)
poisson("none after", 7, 1.5, 0, 1)
poisson("none before", 0, 1, 7, 1.5)
poisson("rates", 220, 856.8, 305, 861.2)
poisson("many", 9014, 1, 11950, 1)

# two odds ratios with Wald limits, each from a two by two table: b is log OR, its variance the sum of 1/n
logs <- function(case, first, second, level = 0.95) {
  z <- qnorm((1 + level) / 2)
  d <- log(second[1] * second[4] / (second[2] * second[3])) - log(first[1] * first[4] / (first[2] * first[3]))
  se <- sqrt(sum(1 / first) + sum(1 / second))
  add(case, "log", paste(first, collapse = " "), NA, paste(second, collapse = " "), NA, level,
    exp(d - z * se), exp(d + z * se), 2 * pnorm(-abs(d / se)))
}
logs("odds ratios", c(20, 80, 15, 120), c(45, 60, 14, 130))
logs("odds ratios at 0.9", c(9, 51, 33, 400), c(7, 60, 41, 380), level = 0.9)

# compound Poisson: design effect x1's n1 and x2's n2
clustered <- function(case, x1, e1, x2, e2, level = 0.95) {
  z <- qnorm((1 + level) / 2); d <- log(x2 / x1); se <- sqrt(e1 / x1 + e2 / x2)
  add(case, "clustered", x1, e1, x2, e2, level, exp(d - z * se), exp(d + z * se), 2 * pnorm(-abs(d / se)))
}
clustered("reports", 900, 1.9, 1010, 2.1)
write.csv(out, "tests/expected/comparison.csv", row.names = FALSE, na = "", quote = FALSE)

p <- c(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719,
  0.6528, 0.7590, 1.0000)  # Benjamini and Hochberg 1995, section 4.1
write.csv(data.frame(p = p, q = signif(p.adjust(p, "BH"), 12)), "tests/expected/comparison_q.csv",
  row.names = FALSE, quote = FALSE)
stopifnot(sum(p.adjust(p, "BH") <= 0.05) == 4)  # as they reject
