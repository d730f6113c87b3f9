//===- CheckpointReader.h - what the formats of checkpoints share -----------------------------------------===//
//
// A format looks for tensors whose names mark it, takes those that belong together, compares their types and shapes, and
// adds a weight that is read when it is asked for.
//
//===----------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_IMPORT_CHECKPOINT_CHECKPOINTREADER_H
#define NIBBLE_LIB_IMPORT_CHECKPOINT_CHECKPOINTREADER_H

#include "Configuration.h"
#include "nibble/Import/Checkpoint.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/StringSet.h"
#include <cstring>

namespace nibble::checkpoint {

/// All tensors of a checkpoint's files, and the weights that were found in them.
class CheckpointReader {
public:
  explicit CheckpointReader(mlir::MLIRContext *context) : context(context) {}

  mlir::MLIRContext *getContext() const { return context; }
  /// Settings of the folder that a tensor's file lies in.
  const Configuration &getConfiguration(const StoredTensor &tensor) const { return *configurations.lookup(&tensor); }

  /// Adds the tensors of a file; two of one name are a problem.
  llvm::Error addFile(llvm::StringRef path);

  /// The tensors that no weight has taken, in the order of their files.
  llvm::SmallVector<const StoredTensor *> getFreeTensors() const;
  /// Makes a tensor part of a weight; null when there is none of this name.
  const StoredTensor *take(const llvm::Twine &name);
  /// The same where the weight has to have it: a problem of `tensor` when it is not there.
  const StoredTensor *takeBeside(const StoredTensor &tensor, const llvm::Twine &name);

  /// Whether a tensor has one of these encodings and this shape; else that is a problem.
  bool expect(const StoredTensor &tensor, llvm::ArrayRef<llvm::StringRef> encodings, llvm::ArrayRef<int64_t> shape);
  /// The same for a matrix of any extents above 0.
  bool expectMatrix(const StoredTensor &tensor, llvm::ArrayRef<llvm::StringRef> encodings);
  void addProblem(const StoredTensor &tensor, const llvm::Twine &problem);

  /// `read` outlives the reader, and the files outlive `read`.
  void addWeight(CheckpointWeight weight);

  llvm::ArrayRef<std::string> getProblems() const { return problems; }
  std::vector<CheckpointWeight> takeWeights() { return std::move(weights); }

private:
  using File = std::pair<TensorFile, Configuration>;

  mlir::MLIRContext *context;
  std::vector<std::shared_ptr<const File>> files;
  std::vector<const StoredTensor *> tensors;
  llvm::StringMap<const StoredTensor *> byName;
  llvm::DenseMap<const StoredTensor *, const Configuration *> configurations;
  llvm::DenseSet<const StoredTensor *> taken;
  std::vector<CheckpointWeight> weights;
  llvm::StringSet<> names;
  std::vector<std::string> problems;
};

/// Types that scales come in.
inline constexpr llvm::StringRef floatEncodings[] = {"f16", "bf16", "f32"};

/// The MLIR type of a float encoding of `floatEncodings` or f64.
mlir::Type getFloatType(llvm::StringRef encoding, mlir::MLIRContext *context);

/// The elements of a tensor, whose encoding takes sizeof(T) bytes.
template <typename T> std::vector<T> copyElements(const StoredTensor &tensor) {
  std::vector<T> elements(tensor.bytes.size() / sizeof(T));
  std::memcpy(elements.data(), tensor.bytes.data(), elements.size() * sizeof(T));
  return elements;
}

/// The tensor's bytes as elements of `type`, in a shape with as many of them.
reference::Tensor copyTensor(const StoredTensor &tensor, mlir::Type type, llvm::ArrayRef<int64_t> shape);

/// Codes one after the other in bytes, low first, as the rows of a scheme have them.
class CodeWriter {
public:
  CodeWriter(char *bytes, unsigned numBits) : bytes(bytes), numBits(numBits) {}

  void put(uint32_t code) {
    pending |= code << numPending;
    for (numPending += numBits; numPending >= 8; numPending -= 8, pending >>= 8)
      *bytes++ = static_cast<char>(pending);
  }
  /// Ends a row: the next one begins at a byte.
  void endRow() {
    if (numPending)
      *bytes++ = static_cast<char>(pending);
    pending = numPending = 0;
  }

private:
  char *bytes;
  unsigned numBits;
  uint32_t pending = 0;
  unsigned numPending = 0;
};

/// A tensor [columns, rows] of 2-byte or 4-byte elements, transposed.
reference::Tensor copyTransposed(const StoredTensor &tensor, mlir::Type type);

} // namespace nibble::checkpoint

#endif // NIBBLE_LIB_IMPORT_CHECKPOINT_CHECKPOINTREADER_H
