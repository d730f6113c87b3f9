//===- AssignmentText.h - what an assignment says of itself ----------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_DRIVER_ASSIGNMENTTEXT_H
#define NIBBLE_LIB_DRIVER_ASSIGNMENTTEXT_H

#include "AssignedRecipe.h"
#include "nibble/Assignment/Candidates.h"
#include "nibble/Assignment/Solver.h"

namespace nibble {

/// The layers with their candidates. The reason says where a candidate is slower than float32, and was chosen all the same or was not.
std::vector<AssignedLayer> getAssignedLayers(const assignment::NamedProblem &named, const assignment::Selection &selection);

/// Loss, time and size, one line each, next to those of float32; and how sure they are.
std::string describeSolution(const assignment::NamedProblem &named, const assignment::Solution &solution);

} // namespace nibble

#endif // NIBBLE_LIB_DRIVER_ASSIGNMENTTEXT_H
