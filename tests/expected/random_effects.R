# The rate ratio of Black to White in each force, pooled with random effects over forces. Run from
# the repository root:
#   Rscript tests/expected/random_effects.R
# Reads population_counts.csv and discharge_counts.csv; writes random_effects_forces.csv,
# random_effects.csv and random_effects_binomial.csv beside them.

Sys.setenv(TZ = "UTC")
suppressPackageStartupMessages({
  library(metafor)
  library(lme4)
})
out <- "tests/expected"
num <- function(v, digits = 12) formatC(v, digits = digits, format = "g", width = 1)
save_csv <- function(d, file) {
  write.table(d, file.path(out, file), sep = ",", quote = FALSE, row.names = FALSE, eol = "\n",
              na = "")
}
population <- read.csv(file.path(out, "population_counts.csv"))
discharges <- read.csv(file.path(out, "discharge_counts.csv"))

# Log ratio yi and variance vi in each force, Black (1) to White (2). 0.5 is added to both counts
# of a force where one of them is nought, and nowhere else.
ratios <- function(counts, events, exposure, without) {
  counts <- counts[!counts$force %in% without, ]
  black <- counts[counts$group == "Black", ]
  white <- counts[counts$group == "White", ]
  stopifnot(identical(black$force, white$force))
  s <- data.frame(force = black$force, x1 = black[[events]], n1 = black[[exposure]],
                  x2 = white[[events]], n2 = white[[exposure]])
  escalc("IRR", x1i = x1, t1i = n1, x2i = x2, t2i = n2, data = s, add = 1/2, to = "only0")
}
case <- function(year, census, without = "none") {
  d <- population[population$year == year, ]
  list(label = data.frame(subject = "CED uses", year = year, census = census, without = without),
       data = ratios(d, "uses", paste0("residents_", census), without))
}
cases <- list(
  case("2018/19", 2011), case("2018/19", 2021), case("2019/20", 2011), case("2019/20", 2021),
  case("2019/20", 2011, "City of London"), case("2019/20", 2021, "City of London"),
  list(label = data.frame(subject = "CED discharges", year = "2019/20", census = NA,
                          without = "none"),
       data = ratios(discharges, "discharges", "stated_uses", "none")))

# The defaults stop at about five digits.
CONTROL <- list(DL = list(), PM = list(tol = 1e-14),
                REML = list(threshold = 1e-14, maxiter = 1000))

pooled <- function(case, method) {
  fit <- function(test) {
    rma(yi, vi, data = case$data, method = method, test = test, control = CONTROL[[method]])
  }
  m <- fit("z")
  knha <- fit("knha")
  normal_limits <- predict(m)
  knha_limits <- predict(knha)
  mu <- m$beta[1]
  # Higgins, Thompson and Spiegelhalter 2009, from metafor's numbers; metafor has no such option.
  half <- qt(0.975, m$k - 2) * sqrt(m$tau2 + m$se^2)
  cbind(case$label, data.frame(
    forces = m$k, method = method, mu = num(mu), se = num(m$se), tau2 = num(m$tau2),
    i2 = num(m$I2), q = num(m$QE), lower = num(m$ci.lb), upper = num(m$ci.ub),
    knha_se = num(knha$se), knha_lower = num(knha$ci.lb), knha_upper = num(knha$ci.ub),
    pi_normal_lower = num(normal_limits$pi.lb), pi_normal_upper = num(normal_limits$pi.ub),
    pi_knha_lower = num(knha_limits$pi.lb), pi_knha_upper = num(knha_limits$pi.ub),
    pi_t_lower = num(mu - half), pi_t_upper = num(mu + half)))
}
save_csv(do.call(rbind, lapply(cases, function(case) {
  do.call(rbind, lapply(names(CONTROL), function(method) pooled(case, method)))
})), "random_effects.csv")

save_csv(do.call(rbind, lapply(cases[c(1:4, 7)], function(case) {
  s <- case$data
  cbind(case$label[1:3], data.frame(force = s$force, x1 = s$x1, n1 = s$n1, x2 = s$x2, n2 = s$n2,
                                    log_ratio = num(s$yi), variance = num(s$vi)))
})), "random_effects_forces.csv")

# Binomial-normal: x1 of x1 + x2, a normal log ratio over forces, by maximum likelihood. The
# optimiser of lme4 settles about five digits, so six are written.
save_csv(do.call(rbind, lapply(cases[1:6], function(case) {
  m <- rma.glmm(x1i = x1, t1i = n1, x2i = x2, t2i = n2, data = case$data, measure = "IRR",
                model = "CM.EL", nAGQ = 50)
  cbind(case$label, data.frame(forces = m$k, mu = num(m$beta[1], 6), se = num(m$se, 6),
                               tau2 = num(m$tau2, 6)))
})), "random_effects_binomial.csv")
