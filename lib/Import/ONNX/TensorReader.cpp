//===- TensorReader.cpp - tensors of an ONNX file ----------------------------------------------------===//

#include "TensorReader.h"
#include "SmallElements.h"
#include "nibble/Numerics/Packing.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace nibble::onnx_import;
using llvm::createStringError;
using llvm::Expected;

/// Keeps every size and byte offset far from overflow.
static constexpr int64_t maxNumElements = int64_t(1) << 40;

std::string nibble::onnx_import::getElementName(ElementType element) {
  if (const SmallElement *small = findSmallElement(element.codec))
    return small->name.str();
  if (element.type.isInteger(1))
    return "bool";
  std::string numBits = std::to_string(element.type.getIntOrFloatBitWidth());
  if (element.type.isInteger())
    return (element.isUnsigned ? "uint" : "int") + numBits;
  return element.type.isBF16() ? "bfloat16" : element.type.isF32() ? "float" : element.type.isF64() ? "double" : "float16";
}

Expected<ElementType> nibble::onnx_import::getElementType(int32_t dataType, MLIRContext *context) {
  Builder b(context);
  if (const SmallElement *small = findSmallElement(dataType))
    return ElementType{b.getIntegerType(8), small->isUnsigned, small->codec};
  switch (dataType) {
  case onnx::TensorProto::FLOAT: return ElementType{b.getF32Type()};
  case onnx::TensorProto::DOUBLE: return ElementType{b.getF64Type()};
  case onnx::TensorProto::FLOAT16: return ElementType{b.getF16Type()};
  case onnx::TensorProto::BFLOAT16: return ElementType{b.getBF16Type()};
  case onnx::TensorProto::BOOL: return ElementType{b.getI1Type()};
  case onnx::TensorProto::INT8: return ElementType{b.getIntegerType(8)};
  case onnx::TensorProto::INT16: return ElementType{b.getIntegerType(16)};
  case onnx::TensorProto::INT32: return ElementType{b.getIntegerType(32)};
  case onnx::TensorProto::INT64: return ElementType{b.getIntegerType(64)};
  case onnx::TensorProto::UINT8: return ElementType{b.getIntegerType(8), true};
  case onnx::TensorProto::UINT16: return ElementType{b.getIntegerType(16), true};
  case onnx::TensorProto::UINT32: return ElementType{b.getIntegerType(32), true};
  case onnx::TensorProto::UINT64: return ElementType{b.getIntegerType(64), true};
  }
  // Names that the distribution's onnx.proto does not know are given as their number.
  StringRef name = onnx::TensorProto::DataType_IsValid(dataType)
                       ? StringRef(onnx::TensorProto::DataType_Name(static_cast<onnx::TensorProto::DataType>(dataType)))
                       : StringRef();
  if (name.empty())
    return createStringError("element type %d is not supported", dataType);
  return createStringError("element type %s is not supported", name.str().c_str());
}

Expected<RankedTensorType> nibble::onnx_import::getTensorType(ArrayRef<int64_t> shape, Type elementType) {
  constexpr size_t maxRank = 32;
  if (shape.size() > maxRank)
    return createStringError("expected at most %zu dimensions, got %zu", maxRank, shape.size());
  // Sizes of 0 do not make the others harmless: the product is taken as if they were 1.
  int64_t count = 1;
  for (int64_t size : shape) {
    if (size < 0)
      return createStringError("expected sizes of at least 0, got %lld", static_cast<long long>(size));
    if (llvm::MulOverflow(count, std::max<int64_t>(size, 1), count) || count > maxNumElements)
      return createStringError("expected a tensor of at most 2^40 elements");
  }
  return RankedTensorType::get(shape, elementType);
}

/// The integers of a typed field (int32_data, uint64_data, …) narrowed to the element type.
template <typename Field>
static std::vector<char> narrow(const Field &field, int64_t elementSize) {
  std::vector<char> bytes;
  bytes.reserve(field.size() * elementSize);
  for (auto value : field)
    for (int64_t byte = 0; byte < elementSize; ++byte)
      bytes.push_back(static_cast<char>(static_cast<uint64_t>(value) >> (8 * byte)));
  return bytes;
}

template <typename Field>
static std::vector<char> copyBytes(const Field &field) {
  auto *begin = reinterpret_cast<const char *>(field.data());
  return std::vector<char>(begin, begin + field.size() * sizeof(*field.data()));
}

/// The elements of a tensor without raw_data; which field has them depends on the element type (onnx.proto).
static std::vector<char> readTypedField(const onnx::TensorProto &tensor, int64_t elementSize) {
  switch (tensor.data_type()) {
  case onnx::TensorProto::FLOAT: return copyBytes(tensor.float_data());
  case onnx::TensorProto::DOUBLE: return copyBytes(tensor.double_data());
  case onnx::TensorProto::INT64: return copyBytes(tensor.int64_data());
  case onnx::TensorProto::UINT32:
  case onnx::TensorProto::UINT64: return narrow(tensor.uint64_data(), elementSize);
  default: return narrow(tensor.int32_data(), elementSize);
  }
}

/// A boolean is true when its byte is not 0; MLIR wants it to be 1.
static void normalizeBooleans(std::vector<char> &bytes) {
  for (char &byte : bytes)
    byte = byte != 0;
}

static Expected<int64_t> checkSize(RankedTensorType type, uint64_t numBytes) {
  int64_t elementSize = getElementSizeInBytes(type.getElementType());
  uint64_t expected = static_cast<uint64_t>(type.getNumElements()) * elementSize;
  if (numBytes != expected)
    return createStringError("expected %llu bytes of data, got %llu", static_cast<unsigned long long>(expected),
                             static_cast<unsigned long long>(numBytes));
  return elementSize;
}

/// ONNX packs elements of fewer than 8 bits low first, without regard to rows; here each gets a byte.
static Constant unpack(const Constant &packed, RankedTensorType type, const SmallElement &small) {
  std::vector<char> bytes(type.getNumElements());
  const auto *source = reinterpret_cast<const uint8_t *>(packed.getBytes().data());
  for (auto [place, byte] : llvm::enumerate(bytes)) {
    uint32_t code = nibble::numerics::readBits(source, place, small.numBits);
    byte = static_cast<char>(small.isUnsigned ? code : nibble::numerics::signExtend(code, small.numBits));
  }
  return Constant::get(type, std::move(bytes), packed.getName());
}

Expected<ReadTensor> TensorReader::read(onnx::TensorProto &tensor) {
  auto element = getElementType(tensor.data_type(), context);
  if (!element)
    return element.takeError();
  auto type = getTensorType(ArrayRef(tensor.dims().data(), tensor.dims_size()), element->type);
  if (!type)
    return type.takeError();
  if (tensor.has_segment())
    return createStringError("segmented tensors are not supported");
  const SmallElement *small = findSmallElement(element->codec);
  bool isPacked = small && small->numBits < 8;
  auto numPackedBytes = isPacked ? nibble::numerics::packedSizeInBytes(type->getNumElements(), small->numBits) : 0;
  auto constant = readBytes(tensor, isPacked ? type->clone(static_cast<int64_t>(numPackedBytes)) : *type);
  if (!constant)
    return constant.takeError();
  return ReadTensor{isPacked ? unpack(*constant, *type, *small) : *constant, *element};
}

Expected<Constant> TensorReader::readBytes(onnx::TensorProto &tensor, RankedTensorType type) {
  if (tensor.data_location() == onnx::TensorProto::EXTERNAL)
    return readExternal(tensor, type);
  bool isBool = type.getElementType().isInteger(1);
  int64_t elementSize = getElementSizeInBytes(type.getElementType());
  if (tensor.has_raw_data() && !isBool) {
    if (auto size = checkSize(type, tensor.raw_data().size()); !size)
      return size.takeError();
    std::shared_ptr<std::string> data(tensor.release_raw_data());
    return Constant(type, ArrayRef(data->data(), data->size()), data, tensor.name());
  }
  std::vector<char> bytes =
      tensor.has_raw_data() ? copyBytes(tensor.raw_data()) : readTypedField(tensor, elementSize);
  if (auto size = checkSize(type, bytes.size()); !size)
    return size.takeError();
  if (isBool)
    normalizeBooleans(bytes);
  return Constant::get(type, std::move(bytes), tensor.name());
}

/// A location is a path below the model's folder; anything that could leave it is refused, links included.
Expected<std::shared_ptr<llvm::MemoryBuffer>> TensorReader::openExternal(StringRef location) {
  if (auto it = files.find(location); it != files.end())
    return it->second;
  bool leavesFolder = location.empty() || llvm::sys::path::is_absolute(location) ||
                      llvm::is_contained(llvm::make_range(llvm::sys::path::begin(location),
                                                          llvm::sys::path::end(location)),
                                         "..");
  if (folder.empty() || leavesFolder)
    return createStringError("external data '%s' is not in the model's folder", location.str().c_str());
  llvm::SmallString<256> path(folder), realPath, realFolder;
  llvm::sys::path::append(path, location);
  if (std::error_code error = llvm::sys::fs::real_path(path, realPath))
    return createStringError("external data '%s': %s", location.str().c_str(), error.message().c_str());
  StringRef rest = realPath;
  if (llvm::sys::fs::real_path(folder, realFolder) || !rest.consume_front(realFolder) || !rest.starts_with("/") ||
      !llvm::sys::fs::is_regular_file(realPath))
    return createStringError("external data '%s' is not a file in the model's folder", location.str().c_str());
  auto buffer = llvm::MemoryBuffer::getFile(realPath, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!buffer)
    return createStringError("external data '%s': %s", location.str().c_str(), buffer.getError().message().c_str());
  return files[location] = std::move(*buffer);
}

Expected<Constant> TensorReader::readExternal(const onnx::TensorProto &tensor, RankedTensorType type) {
  llvm::StringMap<std::string> fields;
  for (const onnx::StringStringEntryProto &entry : tensor.external_data())
    fields[entry.key()] = entry.value();
  auto file = openExternal(fields["location"]);
  if (!file)
    return file.takeError();

  uint64_t offset = 0, length = 0, fileSize = (*file)->getBufferSize();
  StringRef offsetText = fields["offset"], lengthText = fields["length"];
  if ((!offsetText.empty() && offsetText.getAsInteger(10, offset)) || offset > fileSize)
    return createStringError("expected an offset within %llu bytes of external data, got '%s'",
                             static_cast<unsigned long long>(fileSize), offsetText.str().c_str());
  if (lengthText.empty())
    length = fileSize - offset;
  else if (lengthText.getAsInteger(10, length) || length > fileSize - offset)
    return createStringError("expected a length within %llu bytes of external data, got '%s'",
                             static_cast<unsigned long long>(fileSize - offset), lengthText.str().c_str());
  auto elementSize = checkSize(type, length);
  if (!elementSize)
    return elementSize.takeError();

  const char *begin = (*file)->getBufferStart() + offset;
  bool isBool = type.getElementType().isInteger(1);
  if (!isBool && reinterpret_cast<uintptr_t>(begin) % *elementSize == 0)
    return Constant(type, ArrayRef(begin, length), *file, tensor.name());
  std::vector<char> bytes(begin, begin + length);
  if (isBool)
    normalizeBooleans(bytes);
  return Constant::get(type, std::move(bytes), tensor.name());
}
