# Diagnostics of a logit, on made-up reports. Run from the repository root:
#   Rscript tests/expected/diagnostics.R
# Writes diagnostics_reports.csv, diagnostics_vif.csv and diagnostics_values.csv beside it.

suppressPackageStartupMessages({
  library(car)
  library(sandwich)
})
out <- "tests/expected"
num <- function(v) formatC(v, digits = 12, format = "g", width = 1)
save_csv <- function(d, file) {
  write.table(d, file.path(out, file), sep = ",", quote = FALSE, row.names = FALSE, eol = "\n")
}
set.seed(1980)
incidents <- 400
incident <- rep(seq_len(incidents), sample(1:4, incidents, TRUE))
pick <- function(levels, chance) factor(sample(levels, incidents, TRUE, chance), levels)[incident]
d <- data.frame(incident, group = pick(c("White", "Black", "Asian"), c(0.6, 0.25, 0.15)),
                age = pick(c("18-34", "11-17", "35-49", "50-64"), c(0.5, 0.15, 0.2, 0.15)))
# place goes with group, so that there is something to inflate
place <- ifelse(runif(incidents)[incident] < ifelse(d$group == "White", 0.2, 0.6), "Street", "Home")
d$place <- factor(place, c("Home", "Street"))
d$outcome <- rbinom(nrow(d), 1, plogis(-1.6 + 0.5 * (d$group == "Black") + 0.9 * (d$place == "Street")
                                       + 0.8 * (d$age == "11-17") + rnorm(incidents)[incident]))
d <- d[sample(nrow(d)), ]
save_csv(d, "diagnostics_reports.csv")

tight <- glm.control(epsilon = 1e-15, maxit = 100)
m <- glm(outcome ~ group + age + place, binomial, d, control = tight)
v <- vif(m)
save_csv(data.frame(term = rownames(v), columns = v[, "Df"], gvif = num(v[, "GVIF"]),
                    per_column = num(v[, "GVIF^(1/(2*Df))"])), "diagnostics_vif.csv")

eta <- predict(m)
link <- glm(outcome ~ eta + I(eta^2), binomial, d, control = tight)
link_se <- sqrt(diag(vcovCL(link, d$incident, type = "HC0", cadjust = FALSE)))
# predictions that are not of this fit, to be judged: half the log odds and a shift
other <- plogis(0.3 + 1.7 * eta)
recalibrated <- glm(outcome ~ qlogis(other), binomial, d, control = tight)
p <- fitted(m)
key <- interaction(d$group, d$age, d$place, drop = TRUE)
n <- tapply(p, key, length)
y <- tapply(d$outcome, key, sum)
q <- tapply(p, key, mean)
share <- mean(d$outcome)
values <- c(
  link_0 = coef(link)[[1]], link_1 = coef(link)[[2]], link_2 = coef(link)[[3]],
  link_0_se = link_se[[1]], link_1_se = link_se[[2]], link_2_se = link_se[[3]],
  calibration_intercept = coef(recalibrated)[[1]], calibration_slope = coef(recalibrated)[[2]],
  calibration_slope_se = sqrt(vcov(recalibrated)[2, 2]),
  brier = mean((d$outcome - p)^2),
  brier_scaled = 1 - mean((d$outcome - p)^2) / mean((d$outcome - share)^2),
  dispersion = sum((y - n * q)^2 / (n * q * (1 - q))) / (length(n) - length(coef(m))),
  events_per_column = min(sum(d$outcome), sum(1 - d$outcome)) / (length(coef(m)) - 1)
)
save_csv(data.frame(measure = names(values), value = num(values)), "diagnostics_values.csv")
