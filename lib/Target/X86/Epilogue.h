//===- Epilogue.h - the epilogue of a contraction on vectors ----------------------------------------===//

#ifndef NIBBLE_LIB_TARGET_X86_EPILOGUE_H
#define NIBBLE_LIB_TARGET_X86_EPILOGUE_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/Region.h"

namespace nibble::x86 {

/// Whether the region can be emitted on vectors: constants and ops that work on scalars and vectors alike. An op that does
/// not is reported.
mlir::LogicalResult verifyEpilogue(mlir::Region &epilogue);

/// Emits the region on vectors, with `arguments` for its arguments; returns the yielded vector. Every float operation is
/// rounded as the region writes it.
mlir::Value emitEpilogue(mlir::OpBuilder &builder, mlir::Region &epilogue, mlir::ValueRange arguments,
                         int64_t numLanes);

} // namespace nibble::x86

#endif // NIBBLE_LIB_TARGET_X86_EPILOGUE_H
