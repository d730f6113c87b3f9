//===- Passes.td - passes on the program -----------------------------------------------------------===//
//
// One file for each phase, passes in alphabetical order. A description says what a pass requires, ensures and leaves; its
// example is the first case of test/Transforms/<name>.mlir.
//
//===-----------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_TRANSFORMS_PASSES_TD
#define NIBBLE_TRANSFORMS_PASSES_TD

include "nibble/Transforms/CalibratePasses.td"
include "nibble/Transforms/LowerPasses.td"
include "nibble/Transforms/NormalizePasses.td"
include "nibble/Transforms/QuantizePasses.td"

#endif // NIBBLE_TRANSFORMS_PASSES_TD
