# Expected funnel-plot values for proportions (Spiegelhalter 2005). Run from the repository root:
#   Rscript tests/expected/funnel.R
# Reads tests/expected/funnel_input.csv; writes funnel_summary.csv and funnel_forces.csv beside it.

out <- "tests/expected"
num <- function(v) formatC(v, digits = 12, format = "g", width = 1)
save_csv <- function(d, file) {
  write.table(d, file.path(out, file), sep = ",", quote = FALSE, row.names = FALSE, eol = "\n")
}
Z95 <- 1.96
Z998 <- 3.09

funnel <- function(x, n, type = 7) {
  y <- asin(sqrt(x / n))
  s <- 1 / (2 * sqrt(n))
  pooled <- sum(x) / sum(n)
  centre <- asin(sqrt(pooled))
  z <- (y - centre) / s
  cut <- quantile(z, c(0.1, 0.9), type = type, names = FALSE)
  phi <- mean(pmin(pmax(z, cut[1]), cut[2])^2)
  w <- 1 / s^2
  k <- length(x)
  tau2 <- max(0, (k * phi - (k - 1)) / (sum(w) - sum(w^2) / sum(w)))
  spread <- sqrt(s^2 + tau2)
  limit <- function(m) sin(pmin(pmax(centre + m * spread, 0), pi / 2))^2
  list(pooled = pooled, phi = phi, tau2 = tau2, cut = cut, z = z,
       z_adjusted = (y - centre) / spread, limit = limit)
}
outside <- function(z, m) sum(abs(z) > m)

input <- read.csv(file.path(out, "funnel_input.csv"))
summary_rows <- list()
force_rows <- list()
for (year in unique(input$year)) {
  d <- input[input$year == year, ]
  x <- d$discharges
  n <- d$uses - d$not_stated
  f <- funnel(x, n)
  summary_rows[[year]] <- data.frame(
    year = year, forces = nrow(d), x = sum(x), n = sum(n), pooled_share = num(f$pooled),
    z_percentile_10 = num(f$cut[1]), z_percentile_90 = num(f$cut[2]),
    phi = num(f$phi), tau2 = num(f$tau2),
    outside_95_before = outside(f$z, Z95), outside_95_after = outside(f$z_adjusted, Z95),
    outside_998_before = outside(f$z, Z998), outside_998_after = outside(f$z_adjusted, Z998))
  force_rows[[year]] <- data.frame(
    year = year, force = d$force, x = x, n = n, share = num(x / n),
    z_unadjusted = num(f$z), z_adjusted = num(f$z_adjusted),
    lower_95 = num(f$limit(-Z95)), upper_95 = num(f$limit(Z95)),
    lower_998 = num(f$limit(-Z998)), upper_998 = num(f$limit(Z998)))
  # The back-transformed limits must tell the same story as z.
  share <- x / n
  stopifnot(outside(f$z_adjusted, Z95) == sum(share < f$limit(-Z95) | share > f$limit(Z95)),
            outside(f$z_adjusted, Z998) == sum(share < f$limit(-Z998) | share > f$limit(Z998)))
  # How much the definition of the percentiles matters (R's quantile types; 7 is used above).
  for (type in 1:9) {
    g <- funnel(x, n, type)
    cat(year, "type", type, "phi", num(g$phi), "tau2", num(g$tau2), "after 95 %:",
        outside(g$z_adjusted, Z95), "99.8 %:", outside(g$z_adjusted, Z998), "\n")
  }
  near <- sort(abs(c(abs(f$z_adjusted) - Z95, abs(f$z_adjusted) - Z998,
                     abs(f$z) - Z95, abs(f$z) - Z998)))[1]
  cat(year, "smallest distance of any |z| from a limit:", num(near), "\n")
}
save_csv(do.call(rbind, summary_rows), "funnel_summary.csv")
save_csv(do.call(rbind, force_rows), "funnel_forces.csv")
