//===- AssignedRecipe.h - an assignment as the text of a recipe ------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_DRIVER_ASSIGNEDRECIPE_H
#define NIBBLE_LIB_DRIVER_ASSIGNEDRECIPE_H

#include "nibble/Data/Images.h"
#include <string>
#include <vector>

namespace nibble {

/// The candidate of one layer, and why, for a user (may be empty).
struct AssignedLayer {
  std::string name, candidate, reason;
};

/// A recipe with a rule for each layer; everything else stays float. `comment` has lines without `#`; may be empty.
std::string formatRecipe(const std::vector<AssignedLayer> &layers, const std::string &comment = "",
                         const data::ImageOptions &images = {});

} // namespace nibble

#endif // NIBBLE_LIB_DRIVER_ASSIGNEDRECIPE_H
