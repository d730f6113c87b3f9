//===- Gptq.cpp - GPTQ's qweight, qzeros, scales and g_idx ------------------------------------------------===//
//
// Numerics/Blocks/Gptq.h has the picture. Row n of the codes is column n of `qweight`, word by word, and so has the bits
// of the file; only where `g_idx` orders the inputs by activation are they put into the order of their groups.
//
//===----------------------------------------------------------------------------------------------------===//

#include "GroupedMatrix.h"
#include "nibble/Numerics/Blocks/Gptq.h"

using namespace mlir;
using namespace nibble;
using namespace nibble::checkpoint;

namespace {
/// The tensors of one matrix; `groups` may be null.
struct GptqTensors {
  const StoredTensor *codes, *zeros, *scales, *groups;
  bool isVersion1;
};
} // namespace

/// The extents that the tensors have together; nothing when they contradict each other.
static std::optional<GroupedMatrix> readExtents(CheckpointReader &reader, const GptqTensors &tensors) {
  if (!reader.expectMatrix(*tensors.scales, floatEncodings) || !reader.expectMatrix(*tensors.zeros, {"s32"}))
    return std::nullopt;
  GroupedMatrix matrix = {tensors.scales->shape[1], 0, tensors.scales->shape[0], 0, 0};
  int64_t numBits = tensors.zeros->shape[1] * 32 / matrix.numOutputs;
  if (numBits != 2 && numBits != 3 && numBits != 4 && numBits != 8) {
    reader.addProblem(*tensors.zeros, "expected codes of 2, 3, 4 or 8 bits for " + Twine(matrix.numOutputs) +
                                          " outputs, got " + Twine(tensors.zeros->shape[1]) + " words");
    return std::nullopt;
  }
  matrix.numBits = static_cast<unsigned>(numBits);
  matrix.numInputs = tensors.codes->shape[0] * 32 / numBits;
  bool fits = reader.expect(*tensors.zeros, {"s32"}, {matrix.numGroups, matrix.numOutputs * numBits / 32});
  fits &= reader.expect(*tensors.codes, {"s32"}, {matrix.numInputs * numBits / 32, matrix.numOutputs});
  if (tensors.groups)
    fits &= reader.expect(*tensors.groups, {"s32"}, {matrix.numInputs});
  std::optional<int64_t> size = findGroupSize(reader, *tensors.codes, matrix.numInputs, matrix.numGroups);
  matrix.groupSize = size.value_or(1);
  return fits && size ? std::optional(matrix) : std::nullopt;
}

/// Columns of words as rows.
static reference::Tensor transposeWords(const GroupedMatrix &matrix, SchemeAttr scheme, const StoredTensor &words) {
  reference::Tensor codes = copyTransposed(words, IntegerType::get(scheme.getContext(), 32));
  return reference::Tensor::borrow(scheme.getStorageElementType(), scheme.getStorageShape(matrix.getShape()), codes.getData())
      .clone()
      .value();
}

static llvm::Expected<StoredWeight> readWeight(const GroupedMatrix &matrix, const GptqTensors &tensors,
                                               MLIRContext *context) {
  StoredWeight weight;
  if (tensors.groups) {
    auto columns = orderByGroup(copyElements<int32_t>(*tensors.groups), matrix.groupSize);
    if (!columns)
      return llvm::createStringError("tensor '" + tensors.groups->name + "': " + llvm::toString(columns.takeError()));
    weight.columns = std::move(*columns);
  }
  auto words = copyElements<uint32_t>(*tensors.codes), zeros = copyElements<uint32_t>(*tensors.zeros);
  numerics::GptqMatrix numbers = {words.data(), zeros.data(), nullptr, nullptr, size_t(matrix.numOutputs), matrix.numBits,
                                  tensors.isVersion1};
  Type scaleType = getFloatType(tensors.scales->encoding.name, context);
  weight.scheme = matrix.getScheme(scaleType);
  weight.codes = weight.columns.empty()
                     ? transposeWords(matrix, weight.scheme, *tensors.codes)
                     : matrix.packCodes(weight.scheme, weight.columns, [&](int64_t output, int64_t input) {
                         return numbers.getCode(input, output);
                       });
  weight.scales.push_back(copyTransposed(*tensors.scales, scaleType));
  weight.zeroPoint =
      matrix.makeZeroPoints(context, [&](int64_t output, int64_t group) { return numbers.getZero(group, output); });
  return weight;
}

/// One matrix, whose `qweight` is `codes` of layer `layer`.
static void addMatrix(CheckpointReader &reader, StringRef layer, const StoredTensor &codes) {
  StringRef format = reader.getConfiguration(codes).gptqFormat;
  if (format != "gptq" && format != "gptq_v2")
    return reader.addProblem(codes, "GPTQ's checkpoint_format '" + format + "' is not supported, only gptq and gptq_v2 are");
  GptqTensors tensors = {&codes, reader.takeBeside(codes, layer + ".qzeros"), reader.take(layer + ".scales"),
                         reader.take(layer + ".g_idx"), format == "gptq"};
  std::optional<GroupedMatrix> matrix = tensors.zeros ? readExtents(reader, tensors) : std::nullopt;
  if (!matrix)
    return;
  MLIRContext *context = reader.getContext();
  reader.addWeight({(layer + ".weight").str(), matrix->getShape(), /*isQuantized=*/true,
                    [=] { return readWeight(*matrix, tensors, context); }});
}

namespace nibble::checkpoint {

/// Matrices whose `qweight` has a column for each scale; AWQ has the others.
void findGptq(CheckpointReader &reader) {
  for (const StoredTensor *tensor : reader.getFreeTensors()) {
    StringRef layer = tensor->name;
    if (!layer.consume_back(".qweight"))
      continue;
    const StoredTensor *scales = reader.takeBeside(*tensor, layer + ".scales");
    bool isPacked = reader.expectMatrix(*tensor, {"s32"});
    if (!scales || !isPacked)
      reader.take(tensor->name);
    else if (scales->shape.size() != 2 || scales->shape[1] == tensor->shape[1])
      addMatrix(reader, layer, *reader.take(tensor->name));
  }
}

} // namespace nibble::checkpoint
