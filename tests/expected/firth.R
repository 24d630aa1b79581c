# Data and estimates for Firth's penalised logit. Run from the repository root:
#   Rscript tests/expected/firth.R
# Writes firth_endometrial.csv and firth_estimates.csv beside it (brglm2: AS_mean is Firth's score).

suppressPackageStartupMessages(library(brglm2))
out <- "tests/expected"
num <- function(v) formatC(v, digits = 12, format = "g", width = 1)
save_csv <- function(d, file) {
  write.table(d, file.path(out, file), sep = ",", quote = FALSE, row.names = FALSE, eol = "\n")
}
data(endometrial)
save_csv(endometrial, "firth_endometrial.csv")
patterns <- read.csv(file.path(out, "firth_patterns.csv"))

estimates <- function(name, formula, data) {
  m <- glm(formula, binomial, data, method = "brglmFit", type = "AS_mean",
           epsilon = 1e-13, maxit = 10000)
  data.frame(data = name, column = names(coef(m)), estimate = num(unname(coef(m))),
             se = num(unname(sqrt(diag(vcov(m))))))
}
save_csv(rbind(
  estimates("endometrial", HG ~ NV + PI + EH, endometrial),
  estimates("patterns", cbind(events, trials - events) ~ black + asian + night + armed, patterns)
), "firth_estimates.csv")
