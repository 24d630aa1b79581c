# Poisson regression of CED uses on ethnic group with force effects, and standard errors that
# allow for clustering by force. Run from the repository root:
#   Rscript tests/expected/cluster_robust.R
# Reads population_counts.csv; writes cluster_robust.csv, leave_one_force_out.csv and
# effective_clusters.csv beside it.

Sys.setenv(TZ = "UTC")
suppressPackageStartupMessages({
  library(clubSandwich)
  library(sandwich)
})
out <- "tests/expected"
num <- function(v) formatC(v, digits = 12, format = "g", width = 1)
save_csv <- function(d, file) {
  write.table(d, file.path(out, file), sep = ",", quote = FALSE, row.names = FALSE, eol = "\n")
}
GROUPS <- c("White", "Black", "Asian", "Mixed", "Other")
counts <- read.csv(file.path(out, "population_counts.csv"))

select <- function(year, census, groups = GROUPS, without = character()) {
  d <- counts[counts$year == year & counts$group %in% groups & !counts$force %in% without, ]
  data.frame(uses = d$uses, residents = d[[paste0("residents_", census)]],
             group = factor(d$group, groups), force = factor(d$force))
}
# glm takes its covariance from the weights of the last step but one: start again from the end.
fit <- function(d) {
  m <- glm(uses ~ group + force, family = poisson, data = d, offset = log(residents),
           control = glm.control(epsilon = 1e-15, maxit = 100))
  update(m, start = coef(m), data = d)
}
# The last step of the fit as an ordinary linear model: rows times sqrt(mean), working response.
working <- function(m, d) {
  mean <- fitted(m)
  x <- sqrt(mean) * model.matrix(m)
  z <- sqrt(mean) * (log(mean) - log(d$residents) + (d$uses - mean) / mean)
  lm(z ~ x - 1)
}
se <- function(v) sqrt(diag(v))
# Mean of a robust variance under its own target: what CR2 is to make equal to the model's variance.
expected <- function(m, v) {
  apply(clubSandwich:::get_P_array(clubSandwich:::get_GH(m, v)), 3, function(p) sum(diag(p)))
}

regression <- function(year, census, groups = GROUPS, without = character()) {
  d <- select(year, census, groups, without)
  m <- fit(d)
  w <- working(m, d)
  k <- 1 + seq_len(length(groups) - 1)
  stopifnot(m$converged, all.equal(unname(coef(w)), unname(coef(m)), tolerance = 1e-10))
  dispersion <- sum(residuals(m, "pearson")^2) / df.residual(m)
  cr0 <- se(vcovCR(w, d$force, "CR0"))[k]
  # The same in a second package, on the Poisson fit itself.
  stopifnot(all.equal(unname(cr0), unname(se(vcovCL(m, d$force, type = "HC0", cadjust = FALSE))[k]),
                      tolerance = 1e-10))
  cr2 <- vcovCR(w, d$force, "CR2")
  test <- coef_test(w, cr2, test = "Satterthwaite")[k, ]
  limits <- conf_int(w, cr2, level = 0.95, test = "Satterthwaite")[k, ]
  # clubSandwich on the Poisson fit: see the README for why this is not the same and not to be
  # used. The target is its own, the fitted means, divided by 1,000, which changes nothing but
  # keeps the zero eigenvalues of the force effects below its cut of 1e-12.
  glm_cr2 <- vcovCR(m, d$force, "CR2", target = fitted(m) / 1000)
  glm_test <- coef_test(m, glm_cr2, test = "Satterthwaite")[k, ]
  glm_share <- 1000 * expected(m, glm_cr2)[k] / diag(vcov(m))[k]
  stopifnot(all.equal(expected(w, cr2)[k], unname(diag(vcov(m))[k]), tolerance = 1e-9))
  data.frame(
    year = year, census = census, groups = length(groups),
    without = if (length(without)) without else "none", forces = nlevels(d$force),
    group = groups[-1], coefficient = num(coef(m)[k]), model_se = num(se(vcov(m))[k]),
    dispersion = num(dispersion), quasi_se = num(se(vcov(m))[k] * sqrt(dispersion)),
    cr0_se = num(cr0), cr1_se = num(se(vcovCR(w, d$force, "CR1"))[k]),
    cr1s_se = num(se(vcovCR(w, d$force, "CR1S"))[k]),
    cr2_se = num(test$SE), cr2_df = num(test$df), cr2_p = num(test$p_Satt),
    cr2_lower = num(limits$CI_L), cr2_upper = num(limits$CI_U),
    glm_cr2_se = num(glm_test$SE), glm_cr2_df = num(glm_test$df),
    glm_cr2_share = num(glm_share))
}
rows <- list()
for (year in unique(counts$year)) {
  for (census in c(2011, 2021)) rows <- c(rows, list(regression(year, census)))
}
for (census in c(2011, 2021)) {
  rows <- c(rows, list(regression("2019/20", census, groups = c("White", "Black")),
                       regression("2019/20", census, without = "Metropolitan Police")))
}
rows <- c(rows, list(regression("2019/20", 2011, c("White", "Black"), "Metropolitan Police")))
save_csv(do.call(rbind, rows), "cluster_robust.csv")

forces <- unique(counts$force[counts$year == "2019/20"])
without <- sapply(forces, function(f) {
  coef(fit(select("2019/20", 2021, without = f)))[["groupBlack"]]
})
save_csv(data.frame(without = forces, coefficient = num(without)), "leave_one_force_out.csv")

# Carter, Schnepel and Steigerwald 2017, with rows times sqrt(mean) and Omega the identity.
effective <- function(year, census) {
  d <- select(year, census)
  m <- fit(d)
  x <- sqrt(fitted(m)) * model.matrix(m)
  inverse <- solve(crossprod(x))
  do.call(rbind, lapply(seq_along(GROUPS)[-1], function(k) {
    gamma <- sapply(levels(d$force), function(f) {
      sum((x[d$force == f, ] %*% inverse[, k])^2)
    })
    # The parts add up to the model's own variance of the coefficient.
    stopifnot(all.equal(sum(gamma), unname(diag(vcov(m))[k]), tolerance = 1e-10))
    spread <- mean(((gamma - mean(gamma)) / mean(gamma))^2)
    data.frame(year = year, census = census, group = GROUPS[k], forces = length(gamma),
               spread = num(spread), effective_clusters = num(length(gamma) / (1 + spread)),
               largest = names(which.max(gamma)), largest_share = num(max(gamma) / sum(gamma)))
  }))
}
save_csv(rbind(effective("2019/20", 2011), effective("2019/20", 2021)), "effective_clusters.csv")
