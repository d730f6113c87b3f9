//===- CheckpointReader.cpp - what the formats of checkpoints share ---------------------------------------===//

#include "CheckpointReader.h"
#include "nibble/Import/Problems.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace nibble;
using namespace nibble::checkpoint;

llvm::Error CheckpointReader::addFile(StringRef path) {
  llvm::Expected<TensorFile> file = TensorFile::read(path);
  if (!file)
    return file.takeError();
  llvm::Expected<Configuration> configuration = Configuration::readBeside(path);
  if (!configuration)
    return configuration.takeError();
  auto added = std::make_shared<const File>(std::move(*file), *configuration);
  files.push_back(added);
  for (const StoredTensor &tensor : added->first.getTensors()) {
    if (!byName.try_emplace(tensor.name, &tensor).second)
      addProblem(tensor, "another file has a tensor of this name");
    tensors.push_back(&tensor);
    configurations[&tensor] = &added->second;
  }
  return llvm::Error::success();
}

SmallVector<const StoredTensor *> CheckpointReader::getFreeTensors() const {
  return llvm::filter_to_vector(tensors, [&](const StoredTensor *tensor) { return !taken.contains(tensor); });
}

const StoredTensor *CheckpointReader::take(const Twine &name) {
  const StoredTensor *tensor = byName.lookup(name.str());
  if (tensor)
    taken.insert(tensor);
  return tensor;
}

const StoredTensor *CheckpointReader::takeBeside(const StoredTensor &tensor, const Twine &name) {
  const StoredTensor *found = take(name);
  if (!found)
    addProblem(tensor, "expected '" + name + "' beside it");
  return found;
}

bool CheckpointReader::expect(const StoredTensor &tensor, ArrayRef<StringRef> encodings, ArrayRef<int64_t> shape) {
  if (llvm::is_contained(encodings, tensor.encoding.name) && ArrayRef<int64_t>(tensor.shape) == shape)
    return true;
  addProblem(tensor, "expected " + llvm::join(encodings, ", ") + " of " + formatShape(shape) + ", got " +
                         tensor.encoding.name + " of " + formatShape(tensor.shape));
  return false;
}

bool CheckpointReader::expectMatrix(const StoredTensor &tensor, ArrayRef<StringRef> encodings) {
  bool isMatrix = tensor.shape.size() == 2 && !llvm::is_contained(tensor.shape, 0);
  if (llvm::is_contained(encodings, tensor.encoding.name) && isMatrix)
    return true;
  addProblem(tensor, "expected a matrix of " + llvm::join(encodings, ", ") + ", got " + tensor.encoding.name + " of " +
                         formatShape(tensor.shape));
  return false;
}

void CheckpointReader::addProblem(const StoredTensor &tensor, const Twine &problem) {
  problems.push_back(("tensor '" + tensor.name + "': " + problem).str());
}

void CheckpointReader::addWeight(CheckpointWeight weight) {
  if (!names.insert(weight.name).second)
    problems.push_back("'" + weight.name + "' is there in two forms");
  weight.read = [files = files, read = std::move(weight.read)] { return read(); };
  weights.push_back(std::move(weight));
}

Type nibble::checkpoint::getFloatType(StringRef encoding, MLIRContext *context) {
  return llvm::StringSwitch<Type>(encoding)
      .Case("f16", Float16Type::get(context))
      .Case("bf16", BFloat16Type::get(context))
      .Case("f64", Float64Type::get(context))
      .Default(Float32Type::get(context));
}

reference::Tensor nibble::checkpoint::copyTensor(const StoredTensor &tensor, Type type, ArrayRef<int64_t> shape) {
  reference::Tensor copy = *reference::Tensor::create(type, shape);
  assert(copy.getSizeInBytes() == static_cast<int64_t>(tensor.bytes.size()));
  if (!tensor.bytes.empty())
    std::memcpy(copy.getMutableData(), tensor.bytes.data(), tensor.bytes.size());
  return copy;
}

reference::Tensor nibble::checkpoint::copyTransposed(const StoredTensor &tensor, Type type) {
  int64_t numColumns = tensor.shape[0], numRows = tensor.shape[1], size = tensor.encoding.numBytes;
  reference::Tensor copy = *reference::Tensor::create(type, {numRows, numColumns});
  for (int64_t row = 0; row < numRows; ++row)
    for (int64_t column = 0; column < numColumns; ++column)
      std::memcpy(copy.getMutableData() + (row * numColumns + column) * size,
                  tensor.bytes.data() + (column * numRows + row) * size, size);
  return copy;
}
