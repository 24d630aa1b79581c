# Rate ratios of Black to White within force, by Mantel-Haenszel. Run from the repository root:
#   Rscript tests/expected/mantel_haenszel.R
# Reads population_counts.csv and discharge_counts.csv; writes mantel_haenszel.csv beside them.

Sys.setenv(TZ = "UTC")
suppressPackageStartupMessages({
  library(metafor)
  library(epiR)
})
out <- "tests/expected"
num <- function(v) formatC(v, digits = 12, format = "g", width = 1)

# One row a force: events and exposure of Black (1) and White (2).
by_force <- function(d, events, exposure) {
  black <- d[d$group == "Black", ]
  white <- d[d$group == "White", ]
  stopifnot(identical(black$force, white$force))
  data.frame(x1 = black[[events]], n1 = black[[exposure]],
             x2 = white[[events]], n2 = white[[exposure]])
}

# The same sums in a second package; it warns of small cells, which do not matter here.
by_epir <- function(s, method) {
  tables <- array(rbind(s$x1, s$x2, s$n1, s$n2), dim = c(2, 2, nrow(s)))
  if (method == "cohort.count") tables[, 2, ] <- tables[, 2, ] - tables[, 1, ]
  e <- suppressWarnings(epi.2by2(tables, method = method))$massoc.detail
  if (method == "cohort.time") e$IRR.mh.wald else e$RR.mh.wald
}

row <- function(subject, year, census, s, measure) {
  m <- if (measure == "IRR") {
    rma.mh(x1i = s$x1, t1i = s$n1, x2i = s$x2, t2i = s$n2, measure = "IRR")
  } else {
    rma.mh(ai = s$x1, n1i = s$n1, ci = s$x2, n2i = s$n2, measure = "RR")
  }
  e <- by_epir(s, if (measure == "IRR") "cohort.time" else "cohort.count")
  ratio <- exp(c(m$beta[1], m$ci.lb, m$ci.ub))
  stopifnot(all.equal(ratio, unlist(e[c("est", "lower", "upper")]), tolerance = 1e-13,
                      check.attributes = FALSE))
  data.frame(subject = subject, year = year, census = census, measure = measure,
             forces = nrow(s), x1 = sum(s$x1), n1 = sum(s$n1), x2 = sum(s$x2), n2 = sum(s$n2),
             log_ratio = num(m$beta[1]), se = num(m$se),
             ratio = num(ratio[1]), lower = num(ratio[2]), upper = num(ratio[3]))
}

population <- read.csv(file.path(out, "population_counts.csv"))
discharges <- read.csv(file.path(out, "discharge_counts.csv"))
rows <- list()
for (year in unique(population$year)) {
  d <- population[population$year == year, ]
  for (census in c(2011, 2021)) {
    s <- by_force(d, "uses", paste0("residents_", census))
    rows <- c(rows, list(row("CED uses", year, census, s, "IRR")))
  }
}
s <- by_force(discharges, "discharges", "stated_uses")
for (measure in c("IRR", "RR")) {
  rows <- c(rows, list(row("CED discharges", "2019/20", NA, s, measure)))
}
write.table(do.call(rbind, rows), file.path(out, "mantel_haenszel.csv"), sep = ",", quote = FALSE,
            row.names = FALSE, eol = "\n", na = "")
