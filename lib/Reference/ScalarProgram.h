//===- ScalarProgram.h - scalar code as a flat program over lanes ----------------------------------===//
//
// The body of an op such as linalg.generic is compiled once to a list of instructions on numbered registers. Each
// register holds one value for every lane, and an instruction computes all lanes, so that the cost of interpreting is
// paid once for up to `maxLanes` elements.
//
// Floats of up to 32 bits are held as f32 and rounded to their own format by every instruction; f64 as f64; integers of
// all widths as sign-extended 64 bits. Transcendental functions are computed in f64 and rounded once.
//
//===----------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_REFERENCE_SCALARPROGRAM_H
#define NIBBLE_LIB_REFERENCE_SCALARPROGRAM_H

#include "nibble/Reference/Tensor.h"
#include "mlir/IR/Block.h"
#include "mlir/IR/Operation.h"
#include <string>
#include <vector>

namespace nibble::reference {

constexpr int64_t maxLanes = 256;
using Register = uint16_t;
class ScalarMachine;

/// One step of a program.
struct Instruction {
  using Kernel = void (*)(const Instruction &, ScalarMachine &, int64_t numLanes);
  Kernel kernel = nullptr;
  Register result = 0, operands[3] = {0, 0, 0};
  mlir::Operation *op = nullptr;
  unsigned numBits = 64;                                      // for kernels on integers: their width
  ElementKind from = ElementKind::I64, to = ElementKind::I64; // for kernels that reinterpret bits
  unsigned access = 0; // for kernels that read an element: the number of the tensor, and where
  llvm::SmallVector<Register, 4> indices;
};

struct ScalarProgram {
  /// A register and the kind of the elements that are loaded into it or stored from it.
  struct Port {
    Register reg;
    ElementKind kind;
  };

  std::vector<Instruction> instructions;
  unsigned numRegisters = 0;
  llvm::SmallVector<Port> inputs, outputs;
  /// Set before the first run, the same in all lanes.
  llvm::SmallVector<std::pair<Port, Tensor>> constants;
  /// Scalars defined outside.
  llvm::SmallVector<std::pair<Port, mlir::Value>> captures;
  /// Tensors and memrefs defined outside whose elements are read at computed places.
  llvm::SmallVector<mlir::Value> accessed;
  /// Registers that hold the number of the iteration in a loop.
  llvm::SmallVector<std::pair<Register, unsigned>> loopIndices;

  /// Compiles a block: its arguments are the inputs, the operands of its terminator the outputs. Emits an error at the
  /// first op that is not a scalar one.
  static mlir::FailureOr<ScalarProgram> compile(mlir::Block &block);
  /// Compiles one elementwise op, on scalars or tensors: its operands are the inputs, its results the outputs.
  static mlir::FailureOr<ScalarProgram> compile(mlir::Operation *op);
  /// Whether an op is one that programs consist of.
  static bool isScalarOp(mlir::Operation *op);
};

/// The registers of a running program.
class ScalarMachine {
public:
  /// `captures` and `accessed` are the values of what the program names there.
  ScalarMachine(const ScalarProgram &program, llvm::ArrayRef<Tensor> captures, llvm::ArrayRef<View> accessed);

  /// Reads lane `i` from element `i * stride` behind `data`; `store` is the reverse.
  void load(ScalarProgram::Port port, const char *data, int64_t stride, int64_t numLanes);
  void store(ScalarProgram::Port port, char *data, int64_t stride, int64_t numLanes) const;
  /// Reads lane `i` from element `offsets[i]` behind `data`; `scatter` is the reverse.
  void gather(ScalarProgram::Port port, const char *data, llvm::ArrayRef<int64_t> offsets);
  void scatter(ScalarProgram::Port port, char *data, llvm::ArrayRef<int64_t> offsets) const;
  /// Sets lane `i` to `first + i * step`.
  void fillIndex(Register reg, int64_t first, int64_t step, int64_t numLanes);

  /// Runs the program. Emits an error where the meaning of an op is undefined (division by zero, an access out of
  /// bounds).
  mlir::LogicalResult run(int64_t numLanes);

  /// For kernels.
  template <typename T> T *lanes(Register reg) { return reinterpret_cast<T *>(registers.get() + reg * maxLanes); }
  template <typename T> const T *lanes(Register reg) const {
    return reinterpret_cast<const T *>(registers.get() + reg * maxLanes);
  }
  const View &getAccessed(unsigned number) const { return accessed[number]; }
  void fail(const Instruction &instruction, const llvm::Twine &message);

private:
  const ScalarProgram &program;
  std::unique_ptr<uint64_t[]> registers;
  llvm::SmallVector<View> accessed;
  const Instruction *failed = nullptr;
  std::string message;
};

/// How an op becomes instructions (ScalarOps.def has the list).
class ScalarAssembler;
using ScalarEmitter = mlir::LogicalResult (*)(mlir::Operation *op, ScalarAssembler &assembler);
/// Null for an op that is none of programs.
ScalarEmitter lookUpScalarEmitter(mlir::Operation *op);

class ScalarAssembler {
public:
  explicit ScalarAssembler(ScalarProgram &program) : program(program) {}

  ElementKind getKind(mlir::Value value) const;
  /// The register of a value: of the block, already emitted, or captured from outside.
  Register getRegister(mlir::Value value);
  /// A new register for a value that is now defined.
  Register define(mlir::Value value);
  Register makeRegister() { return program.numRegisters++; }
  void addConstant(mlir::Value value, Tensor scalar) {
    program.constants.push_back({{define(value), getKind(value)}, scalar});
  }
  void addLoopIndex(mlir::Value value, unsigned loop) { program.loopIndices.push_back({define(value), loop}); }
  /// The number of a tensor or memref among `accessed`.
  unsigned getAccess(mlir::Value value);

  Instruction &emit(Instruction::Kernel kernel, mlir::Operation *op, Register result,
                    llvm::ArrayRef<Register> operands);
  /// Emits a kernel whose operands and only result are those of the op; f16 and bf16 results are rounded to their
  /// format.
  void emitSimple(Instruction::Kernel kernel, mlir::Operation *op, unsigned numBits = 64);
  /// Emits the ops of a block without its terminator.
  mlir::LogicalResult emitBlock(mlir::Block &block);

private:
  ScalarProgram &program;
  llvm::DenseMap<mlir::Value, Register> registers;
};

} // namespace nibble::reference

#endif // NIBBLE_LIB_REFERENCE_SCALARPROGRAM_H
