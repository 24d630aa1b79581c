# Expected slopes of counts on volume, and the power to tell them from 1. From the repository root:
#   Rscript tests/expected/volume.R
# Writes tests/expected/volume_cells.csv (made-up cells), volume_slopes.csv and volume_power.csv.

out <- "tests/expected"
set.seed(20170401, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")
num <- function(v) formatC(v, digits = 14, format = "g", width = 1)
keep <- function(rows, name) write.table(rows, file.path(out, name), sep = ",", quote = FALSE,
                                         row.names = FALSE, eol = "\n")
# var = phi * mean, which a negative binomial of size mean / (phi - 1) has
spread <- function(mean, phi) {
  if (phi == 1) rpois(length(mean), mean) else rnbinom(length(mean), mu = mean, size = mean / (phi - 1))
}

districts <- c("Cambridge", "East Cambridgeshire", "Fenland", "Huntingdonshire", "Peterborough",
               "South Cambridgeshire")
level <- c(1700, 500, 850, 1200, 2100, 550)
cells <- expand.grid(month = 1:24, district = seq_along(districts))
season <- 1 + 0.12 * sin(2 * pi * cells$month / 12)
cells$incidents <- rpois(nrow(cells), level[cells$district] * season)
log_size <- log(cells$incidents) - mean(log(cells$incidents))
cells$authorisations <- spread(5 * exp(0.8 * log_size), 1.8)
cells$uses <- spread(0.9 * exp(1.2 * log_size), 1.3)
cells$discharges <- spread(0.18 * exp(1.0 * log_size), 1)
cells$district <- districts[cells$district]
keep(cells, "volume_cells.csv")

totals <- aggregate(cbind(incidents, authorisations, uses, discharges) ~ district, cells, sum)
versions <- list(
  all = list(cells, y ~ log(incidents)),
  within = list(cells, y ~ factor(district) + log(incidents)),
  between = list(totals, y ~ log(incidents))
)
tight <- glm.control(epsilon = 1e-14, maxit = 100)
slopes <- list()
for (measure in c("authorisations", "uses", "discharges")) for (version in names(versions)) {
  data <- versions[[version]][[1]]
  data$y <- data[[measure]]
  fitted <- glm(versions[[version]][[2]], quasipoisson, data, control = tight)
  found <- summary(fitted)
  row <- found$coefficients["log(incidents)", ]
  unscaled <- sqrt(found$cov.unscaled["log(incidents)", "log(incidents)"])
  slopes[[length(slopes) + 1]] <- data.frame(
    measure, version, slope = num(row[1]), error = num(row[2]), error_poisson = num(unscaled),
    dispersion = num(found$dispersion), degrees = fitted$df.residual,
    p_one = num(2 * pt(-abs(row[1] - 1) / row[2], fitted$df.residual)))
}
keep(do.call(rbind, slopes), "volume_slopes.csv")

# Power by simulation: how often R's own t-test of a slope of 1 rejects, with the dispersion not
# taken below 1. Expected events as in the cells above, each stratum with its own number of events.
rejects <- function(formula, data, mean, phi) {
  data$y <- spread(mean, phi)
  fitted <- suppressWarnings(glm(formula, quasipoisson, data))
  found <- summary(fitted)
  if (!is.finite(found$dispersion)) return(NA)
  error <- sqrt(found$cov.unscaled["log(incidents)", "log(incidents)"] * max(1, found$dispersion))
  slope <- found$coefficients["log(incidents)", 1]
  2 * pt(-abs(slope - 1) / error, fitted$df.residual) < 0.05
}
draws <- 4000
cases <- list(
  list("authorisations", "all", 0.8, 1.8), list("authorisations", "all", 0.9, 1.8),
  list("uses", "all", 0.5, 1.3), list("uses", "all", 0.75, 1.3), list("uses", "all", 1.5, 1.3),
  list("uses", "between", 0.5, 1), list("uses", "between", 2, 1),
  list("uses", "within", 0, 1.3), list("authorisations", "within", 0, 1.8),
  list("authorisations", "within", 2, 1.8), list("discharges", "all", 0.5, 1),
  list("discharges", "all", 0, 1))
power <- list()
for (case in cases) {
  version <- versions[[case[[2]]]]
  data <- version[[1]]
  stratum <- if (case[[2]] == "within") data$district else rep(1, nrow(data))
  weight <- exp(case[[3]] * (log(data$incidents) - mean(log(data$incidents))))
  mean <- weight * ave(data[[case[[1]]]], stratum, FUN = sum) / ave(weight, stratum, FUN = sum)
  seen <- replicate(draws, rejects(version[[2]], data, mean, case[[4]]))
  power[[length(power) + 1]] <- data.frame(
    measure = case[[1]], version = case[[2]], slope = case[[3]], dispersion = case[[4]],
    power = num(mean(seen, na.rm = TRUE)), draws = sum(!is.na(seen)))
}
keep(do.call(rbind, power), "volume_power.csv")
