# Poisson with a random effect of each area, two ways: lme4 (adaptive Gauss-Hermite, 15 points) and
# base R (the marginal likelihood on a grid). Run from the repository root:
#   Rscript tests/expected/hierarchical.R
# Reads population_counts.csv and discharge_counts.csv; writes hierarchical_cells.csv,
# hierarchical_groups.csv, hierarchical_areas.csv and hierarchical_fits.csv beside it.

suppressPackageStartupMessages(library(lme4))
out <- "tests/expected"
num <- function(v) formatC(v, digits = 12, format = "g", width = 1)
save_csv <- function(d, file) {
  write.table(d, file.path(out, file), sep = ",", quote = FALSE, row.names = FALSE, eol = "\n")
}
GROUPS <- c("White", "Black", "Asian", "Mixed", "Other")

# Made-up cells: areas of very different size, events few, some cells without a base, one area
# without an event. A sigma of 0 gives counts that vary less than chance would make them.
made_up <- function(name, areas, sigma, seed, thin = FALSE) {
  set.seed(seed)
  d <- expand.grid(group = GROUPS[1:3], area = paste("Area", seq_len(areas)),
                   stringsAsFactors = FALSE)
  d$base <- round(exp(runif(nrow(d), log(50), log(4000))))
  effect <- rep(rnorm(areas, 0, sigma), each = 3)
  mean <- d$base * exp(rep(c(-6.2, -5, -5.6), areas) + effect)
  d$events <- if (thin) round(mean) else rpois(nrow(d), mean)
  gone <- d$area %in% c("Area 3", "Area 8") & d$group == "Asian"
  d$base[gone] <- 0
  d$events[gone] <- 0
  d$events[d$area == "Area 5"] <- 0
  data.frame(data = name, d[c("area", "group", "events", "base")])
}
from_forces <- function(name, d, events, base) {
  data.frame(data = name, area = d$force, group = d$group, events = d[[events]], base = d[[base]])
}
population <- read.csv(file.path(out, "population_counts.csv"))
discharges <- read.csv(file.path(out, "discharge_counts.csv"))
late <- population$year == "2019/20"
cells <- rbind(
  from_forces("uses 2019/20", population[late, ], "uses", "residents_2021"),
  from_forces("uses 2018/19", population[!late, ], "uses", "residents_2011"),
  from_forces("discharges", discharges, "discharges", "stated_uses"),
  made_up("sparse", 25, 0.7, 1), made_up("boundary", 25, 0, 2, thin = TRUE),
  made_up("few areas", 8, 0.5, 3)
)
save_csv(cells, "hierarchical_cells.csv")

# Logs of the areas' likelihoods, without factorials and bases, and moments of their effects: by
# the trapezoidal rule on a fine grid around the modes. Held against integrate below.
STEP <- 0.1
GRID <- seq(-20, 14, by = STEP)
by_area <- function(d, parameters, moments = FALSE) {
  k <- ncol(d$y)
  alpha <- parameters[1:k]
  sigma <- parameters[k + 1]
  y <- rowSums(d$y)
  expected <- drop(d$n %*% exp(alpha))
  if (sigma == 0) return(drop(d$y %*% alpha) - expected)
  u <- ifelse(y > 0, log(y / expected), 0)
  for (i in 1:60) u <- u + pmax(-1, pmin(1, (y - expected * exp(u) - u / sigma^2) /
                                               (expected * exp(u) + 1 / sigma^2)))
  width <- 1 / sqrt(expected * exp(u) + 1 / sigma^2)
  at <- u + outer(width, GRID)
  height <- y * at - expected * exp(at) - at^2 / (2 * sigma^2)
  top <- y * u - expected * exp(u) - u^2 / (2 * sigma^2)
  weight <- exp(height - top)
  total <- rowSums(weight)
  if (moments) {
    mean <- rowSums(weight * at) / total
    return(cbind(mean, sqrt(rowSums(weight * (at - mean)^2) / total)))
  }
  top + log(total * STEP * width) - log(sigma) - log(2 * pi) / 2 + drop(d$y %*% alpha)
}
by_integrate <- function(y, n, alpha, sigma) {
  expected <- sum(n * exp(alpha))
  middle <- if (sum(y)) log(sum(y) / expected) else 0
  middle <- optimize(function(u) sum(y) * u - expected * exp(u) - u^2 / (2 * sigma^2),
                     range(0, middle) + c(-3, 0.1), maximum = TRUE, tol = 1e-10)
  inner <- function(u) exp(sum(y) * u - expected * exp(u) - u^2 / (2 * sigma^2) - middle$objective)
  width <- 1 / sqrt(expected * exp(middle$maximum) + 1 / sigma^2)
  parts <- middle$maximum + width * c(-20, -3, 0, 3, 14)
  area <- sum(mapply(function(from, to) integrate(inner, from, to, rel.tol = 1e-12)$value,
                     parts[-5], parts[-1]))
  middle$objective + log(area) - log(sigma) - log(2 * pi) / 2 + sum(y * alpha)
}
central <- function(f, at, step = 1e-4) {
  sapply(seq_along(at), function(i) {
    move <- replace(numeric(length(at)), i, step)
    # Richardson: the error of the fourth order
    (8 * (f(at + move) - f(at - move)) - (f(at + 2 * move) - f(at - 2 * move))) / (12 * step)
  })
}

fit <- function(name) {
  given <- cells[cells$data == name, ]
  groups <- intersect(GROUPS, given$group)
  wide <- function(column) {
    tapply(given[[column]],
           list(factor(given$area, unique(given$area)), factor(given$group, groups)), sum)
  }
  d <- list(y = wide("events"), n = wide("base"))
  k <- length(groups)
  there <- given[given$base > 0, ]
  there$group <- factor(there$group, groups)
  m <- suppressMessages(glmer(
    events ~ group - 1 + (1 | area), there, poisson, offset = log(there$base), nAGQ = 15,
    control = glmerControl(optimizer = "bobyqa", optCtrl = list(maxfun = 1e5, rhoend = 1e-9))
  ))
  sigma <- unname(getME(m, "theta"))
  boundary <- sigma < 1e-3
  # base R from there: the same likelihood on the grid, climbed by Newton with numerical slopes
  at <- c(unname(fixef(m)), if (boundary) 0 else sigma)
  free <- if (boundary) 1:k else 1:(k + 1)
  all_of <- function(p) replace(at, free, p)
  likelihood <- function(p) sum(by_area(d, all_of(p)))
  slopes <- function(p) central(likelihood, p)
  information <- function(p) {
    h <- -central(slopes, p, 1e-3)
    (h + t(h)) / 2
  }
  for (i in 1:2) at[free] <- at[free] + solve(information(at[free]), slopes(at[free]))
  if (!boundary) {
    check <- vapply(seq_len(nrow(d$y)), function(a) {
      by_integrate(d$y[a, ], d$n[a, ], at[1:k], at[k + 1])
    }, 0)
    stopifnot(all.equal(check, unname(by_area(d, at)), tolerance = 1e-11))
  }
  bread <- solve(information(at[free]))
  scores <- central(function(p) by_area(d, all_of(p)), at[free])
  clustered <- bread %*% crossprod(scores) %*% bread
  top <- likelihood(at[free])
  # limits of sigma: the alphas climbed to anew at each
  profile <- function(s) {
    own <- function(alpha) sum(by_area(d, c(alpha, s)))
    if (s == 0) return(own(log(colSums(d$y) / colSums(d$n))))
    alpha <- at[1:k]
    h <- -central(function(q) central(own, q), alpha, 1e-3)
    for (i in 1:50) {
      step <- solve(h, central(own, alpha))
      alpha <- alpha + step
      if (max(abs(step)) < 1e-8) break
    }
    own(alpha)
  }
  beyond <- function(s) 2 * (top - profile(s)) - qchisq(0.95, 1)
  upper <- uniroot(beyond, c(at[k + 1] + 0.01, at[k + 1] + 4), tol = 1e-7)$root
  lower <- if (boundary || beyond(0) < 0) 0 else
    uniroot(beyond, c(0.02, at[k + 1] - 0.001), tol = 1e-8)$root
  effect <- if (boundary) matrix(0, nrow(d$y), 2) else by_area(d, at, moments = TRUE)
  # Pearson's X2 given the events of the areas: multinomial
  seen <- rowSums(d$y) > 0
  share <- sweep(d$n[seen, ], 2, exp(at[1:k]), "*")
  mean <- rowSums(d$y[seen, ]) * share / rowSums(share)
  pearson <- sum(((d$y[seen, ] - mean)^2 / mean)[mean > 0])
  degrees <- sum(mean > 0) - sum(seen) - (k - 1)
  ses <- function(v) num(sqrt(diag(v))[1:k])
  list(
    groups = data.frame(data = name, group = groups, alpha = num(at[1:k]), se = ses(bread),
                        clustered_se = ses(clustered), lme4_alpha = num(unname(fixef(m))),
                        lme4_se = if (boundary) NA else num(sqrt(diag(as.matrix(vcov(m)))))),
    areas = data.frame(data = name, area = rownames(d$y), mean = num(effect[, 1]),
                       sd = num(effect[, 2])),
    fit = data.frame(data = name, areas = nrow(d$y), sigma = num(at[k + 1]),
                     lme4_sigma = num(sigma), sigma_lower = num(lower), sigma_upper = num(upper),
                     log_likelihood = num(top), ratio_se = num(sqrt(
                       bread[1, 1] + bread[2, 2] - 2 * bread[1, 2])),
                     clustered_ratio_se = num(sqrt(
                       clustered[1, 1] + clustered[2, 2] - 2 * clustered[1, 2])),
                     dispersion = num(pearson / degrees))
  )
}
fits <- lapply(unique(cells$data), function(name) { message(name); fit(name) })
part <- function(which) do.call(rbind, lapply(fits, `[[`, which))
save_csv(part("groups"), "hierarchical_groups.csv")
save_csv(part("areas"), "hierarchical_areas.csv")
save_csv(part("fit"), "hierarchical_fits.csv")
