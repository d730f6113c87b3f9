//===- TensorFile.cpp - what readers of named tensors share ---------------------------------------------===//

#include "nibble/Import/TensorFile.h"
#include "GGUF/GGUFReader.h"
#include "Safetensors/SafetensorsReader.h"
#include "llvm/Support/MathExtras.h"

using namespace nibble;

std::optional<uint64_t> nibble::getSizeInBytes(llvm::ArrayRef<int64_t> shape, const ElementEncoding &encoding) {
  int64_t numElements = 1;
  // A zero makes the tensor empty only after all the others have been seen to fit.
  for (int64_t extent : shape)
    if (extent != 0 && llvm::MulOverflow(numElements, extent, numElements))
      return std::nullopt;
  if (llvm::is_contained(shape, 0))
    return 0;
  int64_t innermost = shape.empty() ? 1 : shape.back(), numBytes;
  if (innermost % encoding.numElements != 0 ||
      llvm::MulOverflow(numElements / encoding.numElements, int64_t(encoding.numBytes), numBytes))
    return std::nullopt;
  return numBytes;
}

int64_t StoredTensor::getNumElements() const {
  int64_t numElements = 1;
  for (int64_t extent : shape)
    numElements *= extent;
  return numElements;
}

bool TensorFile::addTensor(StoredTensor tensor) {
  if (!tensorIndices.try_emplace(tensor.name, tensors.size()).second)
    return false;
  tensors.push_back(std::move(tensor));
  return true;
}

bool TensorFile::addMetadata(llvm::StringRef key, MetadataValue value) {
  if (!metadataIndices.try_emplace(key, metadata.size()).second)
    return false;
  metadata.push_back({key.str(), value});
  return true;
}

const StoredTensor *TensorFile::findTensor(llvm::StringRef name) const {
  auto found = tensorIndices.find(name);
  return found == tensorIndices.end() ? nullptr : &tensors[found->second];
}

const MetadataValue *TensorFile::findMetadata(llvm::StringRef key) const {
  auto found = metadataIndices.find(key);
  return found == metadataIndices.end() ? nullptr : &metadata[found->second].value;
}

bool TensorFile::matches(llvm::StringRef path) { return path.ends_with(".gguf") || path.ends_with(".safetensors"); }

llvm::Expected<TensorFile> TensorFile::read(llvm::StringRef path) {
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!buffer)
    return llvm::createStringError(buffer.getError(), path + ": " + buffer.getError().message());
  llvm::StringRef content = (*buffer)->getBuffer();
  bool isGGUF = content.starts_with(gguf::magic) || path.ends_with(".gguf");
  TensorFile file(std::move(*buffer));
  llvm::Error error = isGGUF ? gguf::read(content, file) : safetensors::read(content, file);
  if (error)
    return llvm::createStringError(path + ": " + llvm::toString(std::move(error)));
  return std::move(file);
}
