//===- Frame.h - the values of one running function ------------------------------------------------===//

#ifndef NIBBLE_LIB_REFERENCE_FRAME_H
#define NIBBLE_LIB_REFERENCE_FRAME_H

#include "ScalarProgram.h"
#include "nibble/Reference/Interpreter.h"
#include "llvm/ADT/DenseMap.h"
#include <variant>

namespace nibble::reference {

/// A tensor or scalar, a memref, or something opaque that is only passed around (a pointer).
using RuntimeValue = std::variant<std::monostate, Tensor, Buffer>;

/// What all frames of one evaluation share.
struct Evaluation {
  Observer observer;
  CheckCounts checks;
  unsigned depth = 0; // of function calls
};

class Frame {
public:
  explicit Frame(Evaluation &evaluation) : evaluation(evaluation) {}

  //===--- Values -------------------------------------------------------------------------------===//

  void set(mlir::Value value, RuntimeValue runtimeValue) { values[value] = std::move(runtimeValue); }
  const RuntimeValue &get(mlir::Value value) const { return values.find(value)->second; }
  const Tensor &getTensor(mlir::Value value) const { return std::get<Tensor>(get(value)); }
  const Buffer &getBuffer(mlir::Value value) const { return std::get<Buffer>(get(value)); }
  /// The elements of a tensor, scalar or memref.
  View getView(mlir::Value value) const;
  /// An integer or index scalar.
  int64_t getInteger(mlir::Value value) const { return getTensor(value).getInteger(0); }
  /// Sizes, offsets and the like, of which each is a constant or a value.
  llvm::SmallVector<int64_t> getIntegers(llvm::ArrayRef<mlir::OpFoldResult> mixed) const;

  /// New memory for a result; an error at the op when it cannot be had.
  mlir::FailureOr<Tensor> create(mlir::Operation *op, mlir::Type elementType, llvm::ArrayRef<int64_t> shape) const;
  /// The same with the elements of another tensor.
  mlir::FailureOr<Tensor> clone(mlir::Operation *op, const Tensor &tensor) const;
  /// A machine for a program whose captures are values of this frame.
  ScalarMachine makeMachine(const ScalarProgram &program) const;

  /// Notes whether an assertion held; one that did not has said so.
  void countCheck(bool held) { ++(held ? evaluation.checks.numHeld : evaluation.checks.numFailed); }

  //===--- Running ------------------------------------------------------------------------------===//

  /// Evaluates one op and sets its results.
  mlir::LogicalResult evaluate(mlir::Operation *op);
  /// Evaluates the ops of a block up to its terminator and returns the values of the terminator's operands.
  mlir::FailureOr<llvm::SmallVector<RuntimeValue>> evaluate(mlir::Block &block, llvm::ArrayRef<RuntimeValue> arguments);
  /// Calls a function in a frame of its own.
  mlir::FailureOr<llvm::SmallVector<RuntimeValue>> call(mlir::Operation *caller, mlir::FunctionOpInterface function,
                                                        llvm::ArrayRef<RuntimeValue> arguments);

private:
  Evaluation &evaluation;
  llvm::DenseMap<mlir::Value, RuntimeValue> values;
};

} // namespace nibble::reference

#endif // NIBBLE_LIB_REFERENCE_FRAME_H
