//===- QuantizePasses.td - from float ops to fused integer ops --------------------------------------===//

#ifndef NIBBLE_TRANSFORMS_QUANTIZEPASSES_TD
#define NIBBLE_TRANSFORMS_QUANTIZEPASSES_TD

include "mlir/Pass/PassBase.td"


#endif // NIBBLE_TRANSFORMS_QUANTIZEPASSES_TD
