//===- NormalizePasses.td - canonical float programs ------------------------------------------------===//

#ifndef NIBBLE_TRANSFORMS_NORMALIZEPASSES_TD
#define NIBBLE_TRANSFORMS_NORMALIZEPASSES_TD

include "mlir/Pass/PassBase.td"


#endif // NIBBLE_TRANSFORMS_NORMALIZEPASSES_TD
