//===- TensorFile.h - files of named tensors -------------------------------------------------------------===//
//
// What GGUF and safetensors files have in common: tensors with a name, an element encoding and a shape, and metadata by
// key. A file is mapped, not copied; sizes it claims are compared with the bytes that are there before anything is made
// of them.
//
//===----------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_IMPORT_TENSORFILE_H
#define NIBBLE_IMPORT_TENSORFILE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace nibble {

/// How elements become bytes: `numElements` neighbouring ones along the last dimension take `numBytes`. The name is
/// that of a codec or a block format of Numerics (`q4_0`, `f8E4M3FN`, `s8`), or `f32`, `f64`, `s32`, `u32`, `s64`,
/// `u64`, `bool`.
struct ElementEncoding {
  llvm::StringRef name;
  unsigned numElements = 1, numBytes = 1;
};

struct StoredTensor {
  std::string name;
  ElementEncoding encoding;
  /// Outermost dimension first; the last one is contiguous. No extent is negative.
  llvm::SmallVector<int64_t, 4> shape;
  /// Where `bytes` begins in the file.
  uint64_t offset = 0;
  /// All elements, as long as the shape says. Not aligned. Lives as long as the file.
  llvm::ArrayRef<uint8_t> bytes;

  int64_t getNumElements() const;
};

struct MetadataArray;
/// Strings point into the file or, where they were escaped there, into the TensorFile.
using MetadataValue = std::variant<bool, int64_t, uint64_t, double, llvm::StringRef, MetadataArray>;

/// An array that was checked when the file was read, and is decoded when it is asked for.
struct MetadataArray {
  uint32_t typeNumber = 0;
  uint64_t size = 0;
  llvm::ArrayRef<uint8_t> bytes;

  /// The elements, none of which is an array.
  std::vector<MetadataValue> getElements() const;
};

struct MetadataEntry {
  std::string key;
  MetadataValue value;
};

class TensorFile {
public:
  /// Reads the file at `path` as GGUF when it begins like one, else as safetensors. The error starts with the path and
  /// says at which byte and for which tensor or key.
  static llvm::Expected<TensorFile> read(llvm::StringRef path);

  /// Whether a file has the name of one that `read` reads.
  static bool matches(llvm::StringRef path);

  /// "GGUF" with its version, or "safetensors".
  llvm::StringRef getFormat() const { return format; }

  /// In the order of the file, of safetensors in that of the data; names are unique.
  llvm::ArrayRef<StoredTensor> getTensors() const { return tensors; }
  /// Null when there is none of this name.
  const StoredTensor *findTensor(llvm::StringRef name) const;

  /// In the order of the file, of safetensors in that of the alphabet; keys are unique.
  llvm::ArrayRef<MetadataEntry> getMetadata() const { return metadata; }
  const MetadataValue *findMetadata(llvm::StringRef key) const;

  /// For readers. False when the name or key is there already.
  bool addTensor(StoredTensor tensor);
  bool addMetadata(llvm::StringRef key, MetadataValue value);
  /// A copy that lives as long as the file.
  llvm::StringRef keep(llvm::StringRef text) { return *kept.emplace_back(std::make_unique<std::string>(text)); }
  void setFormat(std::string name) { format = std::move(name); }

private:
  explicit TensorFile(std::unique_ptr<llvm::MemoryBuffer> buffer) : buffer(std::move(buffer)) {}

  std::unique_ptr<llvm::MemoryBuffer> buffer;
  std::string format;
  std::vector<StoredTensor> tensors;
  std::vector<MetadataEntry> metadata;
  std::vector<std::unique_ptr<std::string>> kept;
  llvm::StringMap<size_t> tensorIndices, metadataIndices;
};

/// The bytes of a tensor of this shape and encoding; nothing when the last dimension is no multiple of the block or
/// when the numbers of elements or bytes do not fit i64.
std::optional<uint64_t> getSizeInBytes(llvm::ArrayRef<int64_t> shape, const ElementEncoding &encoding);

} // namespace nibble

#endif // NIBBLE_IMPORT_TENSORFILE_H
