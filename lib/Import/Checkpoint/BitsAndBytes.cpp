//===- BitsAndBytes.cpp - 4-bit weights of bitsandbytes ---------------------------------------------------===//
//
// Numerics/Blocks/BitsAndBytes.h has the picture. Codes are the bytes of the file. Scales that are codes themselves
// (double quantization) become the f32 that bitsandbytes makes of them: a table with an offset is no level of a scheme.
//
//===----------------------------------------------------------------------------------------------------===//

#include "CheckpointReader.h"
#include "nibble/Import/JsonObject.h"
#include "nibble/Numerics/Blocks/BitsAndBytes.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace nibble;
using namespace nibble::checkpoint;

namespace {

/// The quantization state: JSON in a tensor of bytes.
struct QuantState {
  SmallVector<int64_t, 4> shape;
  int64_t blockSize, nestedBlockSize = 0;
  float nestedOffset = 0;

  int64_t getNumElements() const { return llvm::product_of(shape); }
};

struct BitsAndBytesTensors {
  const StoredTensor *codes, *table, *scales;
  /// Null without double quantization.
  const StoredTensor *nestedTable = nullptr, *nestedScales = nullptr;
};

} // namespace

static std::optional<SmallVector<int64_t, 4>> readShape(const llvm::json::Array *array) {
  constexpr int64_t maxSize = int64_t(1) << 30; // so that the number of elements fits
  SmallVector<int64_t, 4> shape;
  if (!array || array->size() != 2)
    return std::nullopt;
  for (const llvm::json::Value &value : *array)
    if (std::optional<int64_t> size = value.getAsInteger(); size && *size > 0 && *size <= maxSize)
      shape.push_back(*size);
  return shape.size() == 2 ? std::optional(shape) : std::nullopt;
}

static std::optional<QuantState> readState(CheckpointReader &reader, const StoredTensor &tensor) {
  llvm::Expected<llvm::json::Object> object = parseJsonObject(llvm::toStringRef(tensor.bytes));
  if (!object) {
    reader.addProblem(tensor, llvm::toString(object.takeError()));
    return std::nullopt;
  }
  std::optional<SmallVector<int64_t, 4>> shape = readShape(object->getArray("shape"));
  int64_t blockSize = object->getInteger("blocksize").value_or(0);
  if (!shape || blockSize < 1) {
    reader.addProblem(tensor, "expected the 'shape' of a matrix and a 'blocksize'");
    return std::nullopt;
  }
  QuantState state = {*shape, blockSize};
  state.nestedBlockSize = object->getInteger("nested_blocksize").value_or(0);
  state.nestedOffset = static_cast<float>(object->getNumber("nested_offset").value_or(0));
  return state;
}

/// The blocks of the flattened matrix as blocks of its dimensions: parts of rows, or whole rows; nothing for others.
static std::optional<SmallVector<int64_t>> findBlock(const QuantState &state) {
  int64_t rowLength = state.shape[1];
  if (rowLength % state.blockSize == 0)
    return SmallVector<int64_t>{1, state.blockSize};
  if (state.blockSize % rowLength == 0)
    return SmallVector<int64_t>{state.blockSize / rowLength, 0};
  return std::nullopt;
}

/// Whether sizes agree; what does not is a problem.
static bool check(CheckpointReader &reader, const BitsAndBytesTensors &tensors, const QuantState &state) {
  int64_t numBlocks = llvm::divideCeil(state.getNumElements(), state.blockSize);
  bool fits = reader.expect(*tensors.codes, {"u8"}, {int64_t(llvm::divideCeil(state.getNumElements(), 2)), 1});
  fits &= reader.expect(*tensors.table, {"f32"}, {16});
  fits &= reader.expect(*tensors.scales, {tensors.nestedScales ? "u8" : "f32"}, {numBlocks});
  if (tensors.nestedScales) {
    fits &= reader.expect(*tensors.nestedTable, {"f32"}, {256});
    if (state.nestedBlockSize < 1) {
      reader.addProblem(*tensors.nestedScales, "expected a 'nested_blocksize' in the quantization state");
      return false;
    }
    fits &= reader.expect(*tensors.nestedScales, {"f32"}, {int64_t(llvm::divideCeil(numBlocks, state.nestedBlockSize))});
  }
  if (state.shape[1] % 2 != 0 || !findBlock(state)) {
    reader.addProblem(*tensors.codes, "blocks of " + Twine(state.blockSize) + " do not end with rows of " +
                                          Twine(state.shape[1]) + " inputs");
    return false;
  }
  return fits;
}

static std::vector<float> readScales(const BitsAndBytesTensors &tensors, const QuantState &state) {
  if (!tensors.nestedScales)
    return copyElements<float>(*tensors.scales);
  auto codes = copyElements<uint8_t>(*tensors.scales);
  auto table = copyElements<float>(*tensors.nestedTable), outer = copyElements<float>(*tensors.nestedScales);
  numerics::NestedScales nested = {codes.data(), table.data(), outer.data(), state.nestedOffset, size_t(state.nestedBlockSize)};
  std::vector<float> scales(codes.size());
  for (size_t block = 0; block < scales.size(); ++block)
    scales[block] = nested.decode(block);
  return scales;
}

/// nf4, fp4, or 4 bits with the table of the file.
static SchemeAttr getScheme(ArrayRef<float> table, ArrayRef<int64_t> block, MLIRContext *context) {
  bool isNf4 = table == ArrayRef(numerics::nf4Values), isFp4 = table == ArrayRef(numerics::fp4Values);
  auto values = isNf4 || isFp4 ? DenseF32ArrayAttr() : DenseF32ArrayAttr::get(context, table);
  return SchemeAttr::get(context, isNf4 ? "nf4" : isFp4 ? "fp4" : "u4", FlatSymbolRefAttr(), values, /*narrowRange=*/false,
                         block, Type(Float32Type::get(context)), /*outerBlock=*/{}, ZeroPointKind::None,
                         RoundingMode::HalfToEven, BitOrder::HighFirst, /*radix=*/0);
}

static llvm::Expected<StoredWeight> readWeight(const BitsAndBytesTensors &tensors, const QuantState &state,
                                               MLIRContext *context) {
  auto table = copyElements<float>(*tensors.table);
  if (!llvm::all_of(table, [](float value) { return std::isfinite(value); }))
    return llvm::createStringError("tensor '" + tensors.table->name + "': expected finite numbers");
  StoredWeight weight;
  weight.scheme = getScheme(table, *findBlock(state), context);
  weight.codes = copyTensor(*tensors.codes, weight.scheme.getStorageElementType(), weight.scheme.getStorageShape(state.shape));
  std::vector<float> scales = readScales(tensors, state);
  weight.scales.push_back(*reference::Tensor::create(Float32Type::get(context), weight.scheme.getScaleShape(state.shape)));
  llvm::copy(scales, weight.scales.front().getMutableElements<float>().begin());
  return weight;
}

/// The weight `name` with the quantization state `stateTensor`.
static void addMatrix(CheckpointReader &reader, StringRef name, const StoredTensor &stateTensor) {
  std::optional<QuantState> state = readState(reader, stateTensor);
  BitsAndBytesTensors tensors = {reader.takeBeside(stateTensor, name), reader.takeBeside(stateTensor, name + ".quant_map"),
                                 reader.takeBeside(stateTensor, name + ".absmax"), reader.take(name + ".nested_quant_map"),
                                 reader.take(name + ".nested_absmax")};
  if (!state || !tensors.codes || !tensors.table || !tensors.scales)
    return;
  if (!tensors.nestedTable != !tensors.nestedScales)
    return reader.addProblem(*tensors.scales, "expected both or none of nested_absmax and nested_quant_map");
  if (!check(reader, tensors, *state))
    return;
  MLIRContext *context = reader.getContext();
  reader.addWeight({name.str(), state->shape, /*isQuantized=*/true,
                    [=, state = *state] { return readWeight(tensors, state, context); }});
}

namespace nibble::checkpoint {

void findBitsAndBytes(CheckpointReader &reader) {
  for (const StoredTensor *tensor : reader.getFreeTensors()) {
    StringRef name = tensor->name;
    if (name.consume_back(".quant_state.bitsandbytes__nf4") || name.consume_back(".quant_state.bitsandbytes__fp4"))
      addMatrix(reader, name, *reader.take(tensor->name));
  }
}

} // namespace nibble::checkpoint
