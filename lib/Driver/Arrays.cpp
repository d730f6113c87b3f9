//===- Arrays.cpp --------------------------------------------------------------------------------------------------------------===//

#include "Arrays.h"
#include "nibble/Reference/Interpreter.h"
#include "nibble/Target/Emit/ProgramInfo.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace nibble;

Signature nibble::getSignature(func::FuncOp main) {
  Signature signature;
  for (unsigned number = 0; number < main.getNumArguments(); ++number) {
    auto name = main.getArgAttrOfType<StringAttr>(number, "nibble.name");
    signature.inputNames.push_back(name ? name.str() : std::to_string(number));
  }
  for (unsigned number = 0; number < main.getNumResults(); ++number) {
    auto name = main.getResultAttrOfType<StringAttr>(number, "nibble.name");
    signature.outputNames.push_back(name ? name.str() : std::to_string(number));
  }
  return signature;
}

std::string nibble::getFileName(StringRef name) {
  std::string file = name.str();
  for (char &c : file)
    if (!llvm::isAlnum(c) && c != '.' && c != '-' && c != '_')
      c = '_';
  return file.empty() || file.front() == '.' ? "_" + file : file;
}

llvm::Expected<std::vector<data::Array>> nibble::runOnArrays(Program &program, ArrayRef<data::Array> inputs, int threads) {
  const nibble_info &info = program.getInfo();
  std::vector<data::Array> converted;
  std::vector<ArrayView> views;
  for (auto [number, input] : llvm::enumerate(inputs)) {
    const nibble_tensor &tensor = info.inputs[number];
    llvm::Expected<data::Array> array = data::convert(input, static_cast<nibble_dtype>(tensor.dtype));
    if (!array)
      return llvm::createStringError(llvm::inconvertibleErrorCode(),
                                     "input '" + llvm::Twine(tensor.name) + "': " + llvm::toString(array.takeError()));
    converted.push_back(std::move(*array));
  }
  for (const data::Array &array : converted)
    views.push_back({array.type.dtype, array.type.shape, array.bytes.data()});
  llvm::Expected<std::vector<OwnedArray>> results = program.run(views, threads);
  if (!results)
    return results.takeError();
  std::vector<data::Array> outputs;
  for (const OwnedArray &result : *results) {
    const char *begin = result.data.get();
    outputs.push_back({{result.dtype, data::Shape(ArrayRef<int64_t>(result.shape))}, {begin, begin + result.getSizeInBytes()}});
  }
  return outputs;
}

/// Samples [first, first + count) along `axis`, the last one again where there are fewer.
static reference::Tensor sliceBatch(const reference::Tensor &tensor, unsigned axis, int64_t first, int64_t count) {
  SmallVector<int64_t> shape(tensor.getShape());
  int64_t available = shape[axis];
  shape[axis] = count;
  FailureOr<reference::Tensor> slice = reference::Tensor::create(tensor.getElementType(), shape);
  if (failed(slice))
    return {};
  int64_t inner = reference::getSizeInBytes(tensor.getKind()), outer = 1;
  for (auto [dim, size] : llvm::enumerate(tensor.getShape()))
    (dim < axis ? outer : inner) *= dim == axis ? 1 : size;
  for (int64_t block = 0; block < outer; ++block)
    for (int64_t i = 0; i < count; ++i)
      std::memcpy(slice->getMutableData() + (block * count + i) * inner,
                  tensor.getData() + (block * available + std::min(first + i, available - 1)) * inner, inner);
  return *slice;
}

namespace {

/// The program on the reference: how inputs longer than the model are cut, and results put together.
class ReferenceRunner {
public:
  explicit ReferenceRunner(func::FuncOp main) : main(main) {}

  llvm::Expected<std::vector<data::Array>> run(ArrayRef<data::Array> inputs) {
    std::vector<reference::Tensor> tensors;
    for (auto [number, input] : llvm::enumerate(inputs)) {
      llvm::Expected<reference::Tensor> tensor = getInput(number, input);
      if (!tensor)
        return tensor.takeError();
      tensors.push_back(*tensor);
    }
    std::vector<data::Array> outputs;
    for (int64_t first = 0; first == 0 || first < numSamples; first += batch) {
      SmallVector<reference::Tensor> slices;
      for (auto [number, tensor] : llvm::enumerate(tensors)) {
        std::optional<unsigned> axis = getBatchAxis(main.getArgAttrDict(number));
        slices.push_back(axis ? sliceBatch(tensor, *axis, first, batch) : tensor);
      }
      FailureOr<SmallVector<reference::Tensor>> results = reference::evaluate(main, slices);
      if (failed(results))
        return Session::reported("the reference could not evaluate the model");
      append(*results, std::min(batch, numSamples - first), outputs);
    }
    return outputs;
  }

private:
  static std::optional<unsigned> getBatchAxis(DictionaryAttr attributes) {
    auto axis = attributes ? attributes.getAs<IntegerAttr>("nibble.batch_axis") : IntegerAttr();
    return axis ? std::optional<unsigned>(axis.getInt()) : std::nullopt;
  }

  static bool isUnsigned(DictionaryAttr attributes) { return attributes && attributes.contains("nibble.unsigned"); }

  /// Checks an input against the argument and takes note of its number of samples.
  llvm::Expected<reference::Tensor> getInput(unsigned number, const data::Array &given) {
    auto type = cast<RankedTensorType>(main.getArgumentTypes()[number]);
    std::optional<unsigned> axis = getBatchAxis(main.getArgAttrDict(number));
    SmallVector<int64_t> shape(type.getShape());
    if (axis && given.type.shape.size() == shape.size()) {
      batch = shape[*axis];
      numSamples = given.type.shape[*axis];
      shape[*axis] = numSamples;
    }
    std::string name = getSignature(main).inputNames[number];
    std::optional<nibble_dtype> dtype = getDtype(type.getElementType(), isUnsigned(main.getArgAttrDict(number)));
    if (!dtype)
      return llvm::createStringError(llvm::inconvertibleErrorCode(), "input '" + name + "' has a type without arrays");
    if (llvm::ArrayRef<int64_t>(given.type.shape) != llvm::ArrayRef<int64_t>(shape))
      return llvm::createStringError(llvm::inconvertibleErrorCode(),
                                     "input '" + name + "': expected " +
                                         data::toString({*dtype, data::Shape(ArrayRef<int64_t>(shape))}) + ", got " +
                                         data::toString(given.type));
    llvm::Expected<data::Array> array = data::convert(given, *dtype);
    if (!array)
      return array.takeError();
    FailureOr<reference::Tensor> tensor = reference::Tensor::create(type.getElementType(), shape);
    if (failed(tensor))
      return llvm::createStringError(llvm::inconvertibleErrorCode(), "input '" + name + "' does not fit into memory");
    if (!array->bytes.empty())
      std::memcpy(tensor->getMutableData(), array->bytes.data(), array->bytes.size());
    return *tensor;
  }

  /// Puts the first `count` samples of the results behind those that are there.
  void append(ArrayRef<reference::Tensor> results, int64_t count, std::vector<data::Array> &outputs) {
    for (auto [number, result] : llvm::enumerate(results)) {
      std::optional<unsigned> axis = getBatchAxis(main.getResultAttrDict(number));
      nibble_dtype dtype = *getDtype(result.getElementType(), isUnsigned(main.getResultAttrDict(number)));
      data::Array part{{dtype, data::Shape(result.getShape())},
                       {result.getData(), result.getData() + result.getSizeInBytes()}};
      // Samples of a result lie along its first axis, or there is one run only.
      if (axis && *axis == 0 && numSamples > 0) {
        part.bytes.resize(part.bytes.size() / part.type.shape[0] * count);
        part.type.shape[0] = count;
      }
      if (number == outputs.size()) {
        outputs.push_back(std::move(part));
        continue;
      }
      outputs[number].type.shape[0] += part.type.shape[0];
      llvm::append_range(outputs[number].bytes, part.bytes);
    }
  }

  func::FuncOp main;
  int64_t batch = 1, numSamples = 1;
};

} // namespace

llvm::Expected<std::vector<data::Array>> nibble::evaluateOnReference(func::FuncOp main, ArrayRef<data::Array> inputs) {
  return ReferenceRunner(main).run(inputs);
}
