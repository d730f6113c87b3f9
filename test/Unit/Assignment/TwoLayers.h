//===- TwoLayers.h - losses and costs of a small model -----------------------------------------------------------------===//

#ifndef NIBBLE_TEST_UNIT_ASSIGNMENT_TWOLAYERS_H
#define NIBBLE_TEST_UNIT_ASSIGNMENT_TWOLAYERS_H

#include "nibble/Assignment/Candidates.h"

namespace nibble::assignment {

inline LossFile makeLosses() {
  LossFile file{"m", "abc", "def", 10, {}};
  file.layers.push_back({"conv \"1\"", "conv", 400, {{"w8a8", {30, 0.25, {}}}, {"w4a16", {20, 0.5, {}}}}});
  file.layers.push_back({"fc,2", "contract", 100, {{"w8a8", {40, 0.125, {}}}}});
  return file;
}

inline CostFile makeCosts() {
  CostFile file{"m", "abc", "x86", "znver4", "avx512vnni", {}, {}, {}};
  file.layers.push_back({"conv \"1\"",
                         "conv",
                         400,
                         {{"float32", {{1000.5, true}, 1600, "float"}},
                          {"w8a8", {{400, true}, 400, "u8"}},
                          {"w4a16", {{900, true}, 225, "float"}}}});
  file.layers.push_back({"fc,2", "contract", 100, {{"float32", {{200, true}, 400, "float"}}, {"w8a8", {{100, true}, 100, "u8"}}}});
  file.borders.push_back({"conv \"1\"", "fc,2", {{"u8", "float", {-3, true}}, {"float", "u8", {50, true}}}});
  return file;
}

} // namespace nibble::assignment

#endif // NIBBLE_TEST_UNIT_ASSIGNMENT_TWOLAYERS_H
