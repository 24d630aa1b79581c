# Logit with errors by cluster, by sandwich.
# Usage, from the repository root: Rscript tests/expected/logit.R
# Reads marginal_effects_input.csv; writes logit.csv beside this script.

suppressMessages(library(sandwich))

here <- "tests/expected"
levels_of <- list(
  ethnicity = c("White", "Black", "Asian", "Mixed", "Other"),
  age = c("18-34", "11-17", "35-49", "50-64"),
  gender = c("Male", "Female", "Other"),
  conduct = c("Compliant", "Passive", "Active", "Aggressive"),
  crewed = c("Double", "Single")
)
reports <- read.csv(file.path(here, "marginal_effects_input.csv"))
for (name in names(levels_of)) reports[[name]] <- factor(reports[[name]], levels_of[[name]])

rows_of <- function(case, data) {
  data <- droplevels(data)
  fit <- glm(outcome ~ ethnicity + age + gender + conduct + crewed, binomial, data,
             control = glm.control(epsilon = 1e-15, maxit = 100))
  # HC1 with cadjust: G/(G-1) * (N-1)/(N-K)
  clustered <- vcovCL(fit, cluster = data$incident, type = "HC1", cadjust = TRUE)
  column <- names(coef(fit))
  for (name in names(levels_of)) column <- sub(paste0("^", name), paste0(name, ": "), column)
  data.frame(case, column = sub("(Intercept)", "intercept", column, fixed = TRUE),
             coefficient = coef(fit), model_se = sqrt(diag(vcov(fit))),
             clustered_se = sqrt(diag(clustered)), log_likelihood = as.numeric(logLik(fit)),
             row.names = NULL)
}

result <- rbind(
  rows_of("all", reports),
  rows_of("without ethnicity Other", reports[reports$ethnicity != "Other", ]),
  rows_of("without gender Male", reports[reports$gender != "Male", ])
)
numbers <- sapply(result, is.numeric)
result[numbers] <- lapply(result[numbers], function(x) sprintf("%.12g", x))
write.csv(result, file.path(here, "logit.csv"), row.names = FALSE, quote = FALSE)
