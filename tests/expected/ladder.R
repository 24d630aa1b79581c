# The ladder of benchmarks, 2019/20, each rung from the tidy tables, beside what the project's notes
# print. Run from the repository root:
#   Rscript tests/expected/ladder.R
# Reads data/published; writes ladder.csv beside this script.

out <- "tests/expected"
num <- function(v) ifelse(is.na(v), "", formatC(v, digits = 12, format = "g", width = 1))
tidy <- function(folder, table) {
  read.csv(file.path("data/published", folder, table), colClasses = "character")
}
force_tables <- tidy("home-office-2019-20", "ethnicity-by-force.csv")
head_table <- tidy("home-office-2019-20", "ethnicity.csv")
census <- list("2011" = tidy("census-2011-ethnicity", "residents-by-ethnicity.csv"),
               "2021" = tidy("census-2021-ethnicity", "residents-by-ethnicity.csv"))

EW <- "England and Wales"
one <- function(d) {
  stopifnot(nrow(d) == 1, d$status == "stated")
  as.numeric(d$printed)
}
# Table 16. A cell that is not stated stops the script.
uses <- function(tactic, group, area = EW) {
  one(force_tables[force_tables$tactic == tactic & force_tables$group == group &
                     force_tables$area == area, ])
}
# Black, then White.
pair <- function(tactic, area = EW) c(uses(tactic, "Black", area), uses(tactic, "White", area))
residents <- function(year, areas = NULL, without = character()) {
  d <- census[[year]]
  sapply(c("Black", "White"), function(group) {
    each <- d[d$group == group & (is.null(areas) | d$area %in% areas) & !d$area %in% without, ]
    stopifnot(nrow(each) == if (is.null(areas)) 43 - length(without) else length(areas))
    sum(as.numeric(each$printed))
  })
}
reports <- sapply(c("Black", "White"), function(group) {
  one(head_table[head_table$measure == "reports" & head_table$group == group, ])
})

rows <- list()
# x events over n, Black then White; `digits` after the point of the printed value.
rung <- function(measure, area, benchmark, printed, digits, x, n, limits = c(NA, NA)) {
  ratio <- (x[1] / n[1]) / (x[2] / n[2])
  rows[[length(rows) + 1]] <<- data.frame(
    measure = measure, area = area, benchmark = benchmark, printed = printed,
    x1 = num(x[1]), n1 = num(n[1]), x2 = num(x[2]), n2 = num(n[2]), ratio = num(ratio),
    lower = num(limits[1]), upper = num(limits[2]),
    agrees = formatC(ratio, digits = digits, format = "f") == printed)
}
# The exact limits of a ratio of two Poisson counts.
exact <- function(x, n) poisson.test(x, n)$conf.int

B11 <- "Census 2011 population"
B21 <- "Census 2021 population"
ced <- pair("CED")
for (r in list(list("all force tactics", "All tactics", "5.654"),
               list("Taser drawn without discharge", "CED non-discharge", "9.227"),
               list("compliant handcuffing", "Compliant handcuffing", "8.030"),
               list("spit and bite guard", "Spit and bite guard", "3.624"),
               list("Taser", "CED", "8.434"))) {
  rung(r[[1]], EW, B11, r[[3]], 3, pair(r[[2]]), residents("2011"))
}
rung("Taser", EW, B21, "6.595", 3, ced, residents("2021"))
GONE <- c("West Mercia", "Warwickshire")
rung("Taser", EW, paste(B11, "without West Mercia and Warwickshire"), "8.18", 2, ced,
     residents("2011", without = GONE))

# Mantel-Haenszel: sums over forces in place of x and n. N of a force is Black and White together.
mantel_haenszel <- function(black, n1, white, n2) {
  total <- n1 + n2
  sum(black * n2 / total) / sum(white * n1 / total)
}
within_force <- function(measure, benchmark, printed, x, n, areas) {
  cells <- lapply(areas, function(area) list(x = x(area), n = n(area)))
  black <- sapply(cells, function(cell) cell$x[1])
  white <- sapply(cells, function(cell) cell$x[2])
  n1 <- sapply(cells, function(cell) cell$n[1])
  n2 <- sapply(cells, function(cell) cell$n[2])
  ratio <- mantel_haenszel(black, n1, white, n2)
  rows[[length(rows) + 1]] <<- data.frame(
    measure = measure, area = EW, benchmark = benchmark, printed = printed,
    x1 = num(sum(black)), n1 = num(sum(n1)), x2 = num(sum(white)), n2 = num(sum(n2)),
    ratio = num(ratio), lower = "", upper = "",
    agrees = formatC(ratio, digits = 2, format = "f") == printed)
}
forces <- setdiff(unique(census[["2011"]]$area), GONE)
within_force("Taser", "Census 2011 within force, Mantel-Haenszel person-time", "5.55",
             function(area) pair("CED", area), function(area) residents("2011", area), forces)
within_force("Taser", "Census 2021 within force, Mantel-Haenszel person-time", "4.38",
             function(area) pair("CED", area), function(area) residents("2021", area), forces)

rung("Taser", EW, "use-of-force tactics", "1.49", 2, ced, pair("All tactics"))
rung("Taser", EW, "use-of-force reports", "1.38", 2, ced, reports)

discharge <- pair("CED discharge")
UNSTATED <- c("Norfolk", "Suffolk")
elsewhere <- ced - pair("CED", "Norfolk") - pair("CED", "Suffolk")
stated <- discharge + pair("CED non-discharge")
rung("Taser discharge", EW, "Taser uses", "0.83", 2, discharge, ced)
rung("Taser discharge", EW, "Taser uses without Norfolk and Suffolk", "0.81", 2, discharge,
     elsewhere)
rung("Taser discharge", EW, "Taser uses with a stated kind", "0.78", 2, discharge, stated)
within_force("Taser discharge", "Taser uses with a stated kind, within force, Mantel-Haenszel",
             "0.87", function(area) pair("CED discharge", area),
             function(area) pair("CED discharge", area) + pair("CED non-discharge", area),
             setdiff(forces, UNSTATED))

unknown <- uses("CED", "Not reported")
rung("Taser", EW, "missing-data limit, all not reported to White", "7.90", 2,
     ced + c(0, unknown), residents("2011"))
rung("Taser", EW, "missing-data limit, all not reported to Black", "10.20", 2,
     ced + c(unknown, 0), residents("2011"))

here <- pair("CED", "Cambridgeshire")
for (year in c("2011", "2021")) {
  n <- residents(year, "Cambridgeshire")
  rung("Taser", "Cambridgeshire", if (year == "2011") B11 else B21,
       if (year == "2011") "10.0" else "5.78", if (year == "2011") 1 else 2, here, n,
       exact(here, n))
}

# Figures of the notes (definitions 12 and 13) that are not rungs of the printed file.
unsent <- uses("CED", "Not reported", "West Mercia") + uses("CED", "Not reported", "Warwickshire")
rest <- unknown - unsent
rung("Taser", EW, "missing-data limit, without the two forces' uses, to White", "8.12", 2,
     ced + c(0, rest), residents("2011"))
rung("Taser", EW, "missing-data limit, without the two forces' uses, to Black", "9.42", 2,
     ced + c(rest, 0), residents("2011"))
not_stated <- pair("CED not stated")
rung("Taser discharge", EW, "not stated: White all discharged, Black none", "0.46", 2,
     discharge + c(0, not_stated[2]), ced)
rung("Taser discharge", EW, "not stated: Black all discharged, White none", "1.11", 2,
     discharge + c(not_stated[1], 0), ced)

ladder <- do.call(rbind, rows)
ladder$benchmark <- ifelse(grepl(",", ladder$benchmark), paste0("\"", ladder$benchmark, "\""),
                           ladder$benchmark)
write.table(ladder, file.path(out, "ladder.csv"), sep = ",", quote = FALSE, row.names = FALSE,
            eol = "\n")
