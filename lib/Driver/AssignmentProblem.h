//===- AssignmentProblem.h - what a user wants of an assignment, in numbers ------------------------------------------------------===//

#ifndef NIBBLE_LIB_DRIVER_ASSIGNMENTPROBLEM_H
#define NIBBLE_LIB_DRIVER_ASSIGNMENTPROBLEM_H

#include "nibble/Assignment/Candidates.h"
#include "nibble/Assignment/Solver.h"
#include "nibble/Driver/Assign.h"
#include "nibble/Scheme/Recipe.h"

namespace nibble {

/// Loads both files. Errors name what does not fit.
llvm::Expected<assignment::NamedProblem> loadProblem(const AssignOptions &options);

/// The goal in nanoseconds and bytes. An error when nothing but float could be the answer.
llvm::Expected<assignment::Goal> getGoal(const AssignmentGoal &wanted, const assignment::NamedProblem &named);

/// Pins the layers that `recipe` decides about. All that cannot be pinned are in the error.
llvm::Error pinLayers(assignment::NamedProblem &named, const Recipe &recipe);

} // namespace nibble

#endif // NIBBLE_LIB_DRIVER_ASSIGNMENTPROBLEM_H
