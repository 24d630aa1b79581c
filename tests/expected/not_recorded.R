# The regression of cluster_robust.R without the cells of a group that a force does not record.
# Run from the repository root:
#   Rscript tests/expected/not_recorded.R
# Reads population_counts.csv; writes not_recorded.csv beside it.

Sys.setenv(TZ = "UTC")
suppressPackageStartupMessages(library(clubSandwich))
out <- "tests/expected"
num <- function(v) formatC(v, digits = 12, format = "g", width = 1)
GROUPS <- c("White", "Black", "Asian", "Mixed", "Other")
# Forces that print no Mixed among all their tactics (Table 16, "All tactics", both editions).
NOT_RECORDED <- c("City of London", "Derbyshire", "Dorset", "Dyfed-Powys", "Merseyside", "Norfolk",
                  "North Wales", "Suffolk")
counts <- read.csv(file.path(out, "population_counts.csv"))
gone <- counts$group == "Mixed" & counts$force %in% NOT_RECORDED
stopifnot(all(counts$uses[gone] == 0))
counts <- counts[!gone, ]

regression <- function(year, census, without) {
  d <- counts[counts$year == year & counts$force != without, ]
  d <- data.frame(uses = d$uses, residents = d[[paste0("residents_", census)]],
                  group = factor(d$group, GROUPS), force = factor(d$force))
  m <- glm(uses ~ group + force, family = poisson, data = d, offset = log(residents),
           control = glm.control(epsilon = 1e-15, maxit = 100))
  m <- update(m, start = coef(m), data = d)
  mean <- fitted(m)
  x <- sqrt(mean) * model.matrix(m)
  z <- sqrt(mean) * (log(mean) - log(d$residents) + (d$uses - mean) / mean)
  w <- lm(z ~ x - 1)
  k <- 1 + seq_len(length(GROUPS) - 1)
  stopifnot(m$converged, all.equal(unname(coef(w)), unname(coef(m)), tolerance = 1e-10))
  cr2 <- vcovCR(w, d$force, "CR2")
  test <- coef_test(w, cr2, test = "Satterthwaite")[k, ]
  limits <- conf_int(w, cr2, level = 0.95, test = "Satterthwaite")[k, ]
  inverse <- solve(crossprod(x))
  effective <- sapply(k, function(j) {
    gamma <- sapply(levels(d$force), function(f) sum((x[d$force == f, ] %*% inverse[, j])^2))
    length(gamma) / (1 + mean((gamma / mean(gamma) - 1)^2))
  })
  data.frame(year = year, census = census, without = without, forces = nlevels(d$force),
             cells = nrow(d), group = GROUPS[-1], coefficient = num(coef(m)[k]),
             model_se = num(sqrt(diag(vcov(m)))[k]),
             dispersion = num(sum(residuals(m, "pearson")^2) / df.residual(m)),
             cr2_se = num(test$SE), cr2_df = num(test$df), cr2_lower = num(limits$CI_L),
             cr2_upper = num(limits$CI_U), effective_clusters = num(effective))
}
rows <- list()
for (year in unique(counts$year)) for (census in c(2011, 2021)) {
  for (without in c("none", "Metropolitan Police")) {
    rows <- c(rows, list(regression(year, census, without)))
  }
}
write.table(do.call(rbind, rows), file.path(out, "not_recorded.csv"), sep = ",", quote = FALSE,
            row.names = FALSE, eol = "\n")
