# Shares and ratios of shares by incident, by the survey package. Run from the repository root:
#   Rscript tests/expected/clustered.R
# Writes tests/expected/clustered_input.csv (made-up reports) and tests/expected/clustered.csv.

suppressMessages(library(survey))
options(survey.lonely.psu = "fail")
set.seed(20170401, kind = "Mersenne-Twister", sample.kind = "Rejection")
out <- "tests/expected"
num <- function(v) formatC(v, digits = 14, format = "g", width = 1)

# Each incident has 1 to 4 reports; with chance `alike` they share one outcome. In the sets that
# are mixed an incident may have reports of both groups.
made_up <- function(name, incidents, share_a, share_b, alike, mixed) {
  do.call(rbind, lapply(seq_len(incidents), function(incident) {
    size <- sample(1:4, 1, prob = c(.5, .3, .15, .05))
    group <- if (mixed) sample(c("a", "b"), size, TRUE) else rep(sample(c("a", "b"), 1), size)
    chance <- ifelse(group == "a", share_a, share_b)
    event <- if (runif(1) < alike) as.integer(runif(1) < chance) else rbinom(size, 1, chance)
    data.frame(dataset = name, incident = incident, group = group, event = event)
  }))
}
# one report of each pair has the event: less than chance would give
opposite <- data.frame(dataset = "opposite", incident = rep(1:50, each = 2),
                       group = rep(c("a", "b"), times = c(50, 50)), event = rep(0:1, 50))
single <- data.frame(dataset = "single", incident = 1:80, group = rep(c("a", "b"), 40),
                     event = rep(c(1, 1, 0, 0, 1, 0, 0, 0), 10))
data <- rbind(made_up("many", 400, .4, .25, .5, TRUE), made_up("shared", 200, .3, .2, 1, TRUE),
              made_up("apart", 300, .5, .3, .4, FALSE), made_up("few", 120, .06, .05, .6, TRUE),
              opposite, single)
write.table(data, file.path(out, "clustered_input.csv"), sep = ",", quote = FALSE,
            row.names = FALSE, eol = "\n")

few <- function(d) {
  by <- split(d$event, d$incident)
  min(sum(sapply(by, max) == 1), sum(sapply(by, min) == 0)) < 10
}
worst <- function(d) sum(table(d$incident)^2) / nrow(d)
rows <- list()
for (name in unique(data$dataset)) for (conf in c(.95, .99)) {
  own <- data[data$dataset == name, ]
  for (group in c("all", "a", "b")) {
    d <- if (group == "all") own else own[own$group == group, ]
    mean <- svymean(~event, svydesign(ids = ~incident, weights = ~1, data = d), deff = "replace")
    used <- max(1, deff(mean), if (few(d)) worst(d) else 1)
    limits <- suppressWarnings(prop.test(sum(d$event) / used, nrow(d) / used, conf.level = conf,
                                         correct = FALSE))$conf.int
    rows[[length(rows) + 1]] <- data.frame(dataset = name, quantity = group, confidence = conf,
      value = num(coef(mean)), design_effect = num(used), estimated = num(deff(mean)),
      lower = num(limits[1]), upper = num(limits[2]))
  }
  a <- as.numeric(own$group == "a")
  own <- transform(own, ea = event * a, na = a, eb = event * (1 - a), nb = 1 - a)
  total <- svytotal(~ea + na + eb + nb, svydesign(ids = ~incident, weights = ~1, data = own))
  log_ratio <- svycontrast(total, quote(log(ea / na / (eb / nb))))
  sides <- split(own, own$group)
  katz <- sapply(sides, function(d) (1 - mean(d$event)) / sum(d$event))
  least <- if (any(sapply(sides, few))) sum(katz * sapply(sides, worst)) else sum(katz)
  error <- sqrt(max(vcov(log_ratio), sum(katz), least))
  limits <- exp(coef(log_ratio) + c(-1, 1) * qnorm((1 + conf) / 2) * error)
  rows[[length(rows) + 1]] <- data.frame(dataset = name, quantity = "ratio", confidence = conf,
    value = num(exp(coef(log_ratio))), design_effect = "", estimated = num(SE(log_ratio)),
    lower = num(limits[1]), upper = num(limits[2]))
}
write.table(do.call(rbind, rows), file.path(out, "clustered.csv"), sep = ",", quote = FALSE,
            row.names = FALSE, eol = "\n")
