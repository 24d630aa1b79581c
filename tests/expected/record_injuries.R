# Made-up reports, and a logit of injury on them with errors clustered by incident.
# Run from the repository root: Rscript tests/expected/record_injuries.R
# Writes record_injuries_input.csv and record_injuries.csv beside it.

suppressPackageStartupMessages({
  library(sandwich)
  library(brglm2)
})
out <- "tests/expected"
num <- function(v) formatC(v, digits = 12, format = "g", width = 1)
save_csv <- function(d, file) {
  write.table(d, file.path(out, file), sep = ",", quote = FALSE, row.names = FALSE, eol = "\n")
}

# 330 incidents of one to three reports, two hours apart; what officers report of one is alike
set.seed(20170401)
incidents <- 330
size <- sample(1:3, incidents, TRUE, c(0.5, 0.3, 0.2))
incident <- rep(seq_len(incidents), size)
shared <- rnorm(incidents)[incident]
tactics <- c("Unarmed skills", "Compliant handcuffing", "Ground restraint")
conducts <- c("Compliant", "Active resistance", "Aggressive resistance")
conduct <- conducts[sample(1:3, incidents, TRUE, c(0.5, 0.3, 0.2))][incident]
tactic <- sample(tactics, length(incident), TRUE, c(0.5, 0.3, 0.2))
linear <- -2 + 0.9 * (tactic == "Ground restraint") - 0.4 * (tactic == "Compliant handcuffing") +
  0.7 * (conduct == "Aggressive resistance") + shared
injured <- rbinom(length(incident), 1, plogis(linear))
minute <- unlist(lapply(size, function(n) seq(0, by = 7, length.out = n)))
reports <- data.frame(
  incident,
  date = format(as.Date("2017-04-01") + (incident - 1) %/% 12),
  time = sprintf("%02d:%02d", 2 * ((incident - 1) %% 12), minute),
  tactic, conduct, injured = c("No", "Yes")[injured + 1]
)
save_csv(reports, "record_injuries_input.csv")

reports$tactic <- factor(reports$tactic, tactics)
reports$conduct <- factor(reports$conduct, conducts)
reports$event <- as.integer(reports$injured == "Yes")
z <- qnorm(0.975)
rows <- function(name, term, value, se, f = exp) {
  data.frame(fit = name, term, value = num(f(value)), lower = num(f(value - z * se)),
             upper = num(f(value + z * se)))
}
clustered <- function(m) vcovCL(m, cluster = ~incident, type = "HC1")
ratios <- function(name, m) {
  se <- sqrt(diag(clustered(m)))
  rows(name, names(coef(m))[-1], unname(coef(m))[-1], unname(se)[-1])
}
# every report set to a tactic, less every report set to the first; delta method
effect <- function(m, level) {
  design <- function(one) model.matrix(delete.response(terms(m)), xlev = m$xlevels, data =
    transform(reports, tactic = factor(one, tactics)))
  one <- design(level); other <- design(tactics[1])
  p <- plogis(drop(one %*% coef(m))); q <- plogis(drop(other %*% coef(m)))
  slope <- colMeans(p * (1 - p) * one) - colMeans(q * (1 - q) * other)
  rows("effect", level, mean(p - q), sqrt(drop(slope %*% clustered(m) %*% slope)), identity)
}
unadjusted <- glm(event ~ tactic, binomial, reports, epsilon = 1e-14)
adjusted <- glm(event ~ tactic + conduct, binomial, reports, epsilon = 1e-14)
# six more reports with another tactic, of which none is of an injury: separated, hence Firth
more <- data.frame(tactic = "Shield", conduct = "Compliant", event = 0, trials = 6)
cells <- aggregate(cbind(event, trials) ~ tactic + conduct, transform(reports, trials = 1), sum)
cells <- rbind(transform(cells, tactic = as.character(tactic)), more)
cells$tactic <- factor(cells$tactic, c(tactics, "Shield"))
firth <- glm(cbind(event, trials - event) ~ tactic + conduct, binomial, cells,
             method = "brglmFit", type = "AS_mean", epsilon = 1e-10, maxit = 10000)
stopifnot(firth$converged)
penalised <- data.frame(fit = "penalised", term = names(coef(firth))[-1],
                        value = num(exp(unname(coef(firth))[-1])), lower = "", upper = "")
save_csv(rbind(ratios("unadjusted", unadjusted), ratios("adjusted", adjusted),
               effect(adjusted, tactics[2]), effect(adjusted, tactics[3]), penalised),
         "record_injuries.csv")
