# Six questions asked of all forces: funnels with an additive variance between forces, and q-values
# of all forces and questions as one family. Base R only; reads the tidy tables in data/published.
# Usage, from the root of the repository: Rscript tests/expected/forces_compared.R

read <- function(year, name) {
  file <- file.path("data/published", paste0("home-office-", sub("/", "-", year)), name)
  one <- read.csv(file, colClasses = "character", na.strings = character())
  one[one$period == year & !grepl(" region$|^England and Wales$", one$area), ]
}
cell <- function(rows, force, wanted, column) {
  found <- rows[rows$area == force & rows[[column]] %in% wanted, ]
  if (any(found$status != "stated")) NA else sum(as.numeric(found$printed))
}

# One question: events, base (less what is not stated), and what is not stated
parts <- function(year, question) {
  reports <- read(year, "reports-by-force.csv")
  ced <- read(year, "ced-by-force.csv")
  people <- read.csv("data/published/mid-2020-age/residents-by-age.csv", colClasses = "character")
  forces <- sort(unique(reports$area))
  by_group <- function(file, events, unstated, other) {
    rows <- read(year, file)
    rows <- rows[rows$tactic == "All tactics", ]
    t(sapply(forces, function(f) {
      got <- function(groups) cell(rows, f, groups, "group")
      none <- if (is.null(other)) 1 else got(other)
      whole <- got("all")
      if (!is.na(none) && none == 0 && whole >= 1000) return(c(NA, NA, NA))
      c(got(events), whole - if (is.null(unstated)) 0 else got(unstated),
        if (is.null(unstated)) 0 else got(unstated))
    }))
  }
  found <- switch(question,
    "reports-per-resident" = t(sapply(forces, function(f) {
      residents <- sum(as.numeric(people$printed[people$area == f & people$group == "all"]))
      c(cell(reports, f, "all", "group"), if (f == "City of London") NA else residents, 0)
    })),
    "ced-per-report" = t(sapply(forces, function(f)
      c(cell(ced, f, "CED", "tactic"), cell(reports, f, "all", "group"), 0))),
    "ced-discharged" = t(sapply(forces, function(f) {
      unstated <- cell(ced, f, "CED not stated", "tactic")
      c(cell(ced, f, "CED discharge", "tactic"), cell(ced, f, "CED", "tactic") - unstated, unstated)
    })),
    "under-eighteen" = by_group("age-by-force.csv", c("Under 11", "11-17"), "Not reported", NULL),
    "mental-health" = by_group("health-condition-by-force.csv", c("Mental", "Physical and mental"),
                               "Not reported", "None"),
    "ethnicity-not-known" = by_group("ethnicity-by-force.csv", c("Not reported", "Don't know"),
                                     NULL, NULL)
  )
  data.frame(year = year, question = question, force = forces, events = found[, 1],
             base = found[, 2], unstated = found[, 3])
}

funnel <- function(x, n, rate) {
  scale <- if (rate) sqrt else function(p) asin(sqrt(p))
  s <- 1 / (2 * sqrt(n))
  away <- scale(x / n) - scale(sum(x) / sum(n))
  z <- away / s
  ends <- quantile(z, c(0.1, 0.9), type = 7)
  phi <- mean(pmin(pmax(z, ends[1]), ends[2])^2)
  w <- 1 / s^2
  k <- length(z)
  tau2 <- max(0, (k * phi - (k - 1)) / (sum(w) - sum(w^2) / sum(w)))
  list(centre = scale(sum(x) / sum(n)), tau2 = tau2, phi = phi, z = away / sqrt(s^2 + tau2))
}

questions <- c("reports-per-resident", "ced-per-report", "ced-discharged", "under-eighteen",
               "mental-health", "ethnicity-not-known")
rates <- questions[1:2]
with_unstated <- questions[3:5]
every <- list()
for (year in c("2018/19", "2019/20")) {
  family <- list()
  for (question in questions) {
    rows <- parts(year, question)
    rows <- rows[!is.na(rows$events) & !is.na(rows$base) & !is.na(rows$unstated) & rows$base > 0, ]
    rate <- question %in% rates
    fitted <- funnel(rows$events, rows$base, rate)
    back <- if (rate) function(y) y^2 else function(y) sin(y)^2
    half <- sqrt(1 / (4 * rows$base) + fitted$tau2)
    edge <- function(y) back(pmin(pmax(y, 0), if (rate) Inf else pi / 2))
    rows$phi <- fitted$phi
    rows$tau2 <- fitted$tau2
    rows$lower_95 <- edge(fitted$centre - 1.96 * half)
    rows$upper_95 <- edge(fitted$centre + 1.96 * half)
    rows$lower_998 <- edge(fitted$centre - 3.09 * half)
    rows$upper_998 <- edge(fitted$centre + 3.09 * half)
    rows$z <- fitted$z
    rows$z_none <- rows$z_all <- NA
    if (question %in% with_unstated) {
      whole <- rows$base + rows$unstated
      rows$z_none <- funnel(rows$events, whole, FALSE)$z
      rows$z_all <- funnel(rows$events + rows$unstated, whole, FALSE)$z
    }
    family[[question]] <- rows
  }
  family <- do.call(rbind, family)
  family$q <- p.adjust(2 * pnorm(-abs(family$z)), method = "BH")
  every[[year]] <- family
}
every <- do.call(rbind, every)
numbers <- sapply(every, is.numeric)
every[numbers] <- lapply(every[numbers], signif, 12)
write.csv(every, "tests/expected/forces_compared.csv", row.names = FALSE, quote = FALSE, na = "")
for (year in unique(every$year)) {
  rows <- every[every$year == year, ]
  cat(year, nrow(rows), "comparisons,", sum(abs(rows$z) > 1.96), "outside the inner limits,",
      sum(rows$q <= 0.05), "with q of one in twenty or less\n")
  print(table(rows$question, cut(rows$z, c(-Inf, -3.09, -1.96, 1.96, 3.09, Inf))))
}
