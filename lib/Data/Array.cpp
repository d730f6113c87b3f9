//===- Array.cpp - sizes, names and conversion of arrays ------------------------------------------------------===//

#include "nibble/Data/Array.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include <cmath>
#include <cstring>

using namespace llvm;
using namespace nibble::data;

unsigned nibble::data::getSizeInBytes(nibble_dtype dtype) {
  switch (dtype) {
  case NIBBLE_I8:
  case NIBBLE_U8:
  case NIBBLE_BOOL:
    return 1;
  case NIBBLE_F16:
  case NIBBLE_BF16:
  case NIBBLE_I16:
  case NIBBLE_U16:
    return 2;
  case NIBBLE_F32:
  case NIBBLE_I32:
  case NIBBLE_U32:
    return 4;
  case NIBBLE_F64:
  case NIBBLE_I64:
  case NIBBLE_U64:
    return 8;
  }
  llvm_unreachable("unknown dtype");
}

StringRef nibble::data::getName(nibble_dtype dtype) {
  switch (dtype) {
  case NIBBLE_F32:
    return "float32";
  case NIBBLE_F64:
    return "float64";
  case NIBBLE_F16:
    return "float16";
  case NIBBLE_BF16:
    return "bfloat16";
  case NIBBLE_I8:
    return "int8";
  case NIBBLE_U8:
    return "uint8";
  case NIBBLE_I16:
    return "int16";
  case NIBBLE_U16:
    return "uint16";
  case NIBBLE_I32:
    return "int32";
  case NIBBLE_U32:
    return "uint32";
  case NIBBLE_I64:
    return "int64";
  case NIBBLE_U64:
    return "uint64";
  case NIBBLE_BOOL:
    return "bool";
  }
  llvm_unreachable("unknown dtype");
}

std::optional<uint64_t> nibble::data::getSizeInBytes(const ArraySpec &type) {
  uint64_t size = getSizeInBytes(type.dtype);
  for (int64_t dim : type.shape)
    if (dim < 0 || __builtin_mul_overflow(size, static_cast<uint64_t>(dim), &size))
      return std::nullopt;
  return size;
}

std::string nibble::data::toString(const ArraySpec &type) {
  auto dims = map_range(type.shape, [](int64_t dim) { return std::to_string(dim); });
  return (getName(type.dtype) + " [" + join(dims, ", ") + "]").str();
}

/// A 16-bit float of the given format and the same number as a double.
static double decodeHalf(const fltSemantics &semantics, uint16_t bits) {
  return APFloat(semantics, APInt(16, bits)).convertToDouble();
}
static uint16_t encodeHalf(const fltSemantics &semantics, double value) {
  APFloat half(value);
  bool losesInfo;
  half.convert(semantics, APFloat::rmNearestTiesToEven, &losesInfo);
  return half.bitcastToAPInt().getZExtValue();
}

/// Calls `visit` with a value of the C++ type that stores `dtype`; 16-bit floats are not among them.
template <typename Visitor> static auto dispatch(nibble_dtype dtype, Visitor visit) {
  switch (dtype) {
  case NIBBLE_F32:
    return visit(float());
  case NIBBLE_F64:
    return visit(double());
  case NIBBLE_I8:
    return visit(int8_t());
  case NIBBLE_I16:
    return visit(int16_t());
  case NIBBLE_U16:
    return visit(uint16_t());
  case NIBBLE_I32:
    return visit(int32_t());
  case NIBBLE_U32:
    return visit(uint32_t());
  case NIBBLE_I64:
    return visit(int64_t());
  case NIBBLE_U64:
    return visit(uint64_t());
  case NIBBLE_U8:
  case NIBBLE_BOOL:
    return visit(uint8_t());
  case NIBBLE_F16:
  case NIBBLE_BF16:
    break;
  }
  llvm_unreachable("16-bit floats have no C++ type");
}

static const fltSemantics *getHalfSemantics(nibble_dtype dtype) {
  return dtype == NIBBLE_F16    ? &APFloat::IEEEhalf()
         : dtype == NIBBLE_BF16 ? &APFloat::BFloat()
                                : nullptr;
}

/// Elements as doubles: exact except for integers beyond 2^53.
static std::vector<double> toDoubles(const Array &array) {
  if (const fltSemantics *semantics = getHalfSemantics(array.type.dtype)) {
    auto halves = array.getElements<uint16_t>();
    std::vector<double> values(halves.size());
    llvm::transform(halves, values.begin(), [&](uint16_t bits) { return decodeHalf(*semantics, bits); });
    return values;
  }
  return dispatch(array.type.dtype, [&](auto zero) {
    auto elements = array.getElements<decltype(zero)>();
    return std::vector<double>(elements.begin(), elements.end());
  });
}

static bool isFloat(nibble_dtype dtype) {
  return dtype == NIBBLE_F32 || dtype == NIBBLE_F64 || dtype == NIBBLE_F16 || dtype == NIBBLE_BF16;
}

/// Writes doubles as the dtype of `result`, which has room for them.
static Error fromDoubles(ArrayRef<double> values, Array &result) {
  if (const fltSemantics *semantics = getHalfSemantics(result.type.dtype)) {
    llvm::transform(values, result.getElements<uint16_t>().begin(),
                    [&](double value) { return encodeHalf(*semantics, value); });
    return Error::success();
  }
  return dispatch(result.type.dtype, [&](auto zero) -> Error {
    using T = decltype(zero);
    auto elements = result.getElements<T>();
    for (auto [element, value] : llvm::zip_equal(elements, values)) {
      // 2^digits is the first number beyond the integers of the type.
      double beyond = std::ldexp(1.0, std::numeric_limits<T>::digits), lowest = std::is_signed_v<T> ? -beyond : 0;
      bool isBool = result.type.dtype == NIBBLE_BOOL;
      if (std::is_integral_v<T> &&
          !(value >= lowest && value < (isBool ? 2 : beyond) && value == std::nearbyint(value)))
        return createStringError("%g is not a value of %s", value, getName(result.type.dtype).data());
      element = static_cast<T>(value);
    }
    return Error::success();
  });
}

Expected<Array> nibble::data::convert(Array array, nibble_dtype dtype) {
  if (array.type.dtype == dtype)
    return array;
  Array result{{dtype, array.type.shape}, {}};
  std::vector<double> values = toDoubles(array);
  result.bytes.resize(values.size() * getSizeInBytes(dtype));
  if (Error error = fromDoubles(values, result))
    return std::move(error);
  return result;
}

std::optional<uint64_t> nibble::data::findNonFinite(const Array &array) {
  if (!isFloat(array.type.dtype))
    return std::nullopt;
  auto find = [](const auto &elements) -> std::optional<uint64_t> {
    auto found = llvm::find_if(elements, [](double element) { return !std::isfinite(element); });
    return found == elements.end() ? std::nullopt : std::optional<uint64_t>(found - elements.begin());
  };
  if (array.type.dtype == NIBBLE_F32)
    return find(array.getElements<float>());
  return find(toDoubles(array));
}
