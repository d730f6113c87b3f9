//===- Inputs.cpp - numbers that a program is run on --------------------------------------------------===//

#include "Inputs.h"
#include "Writer.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/Driver/Compare.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include <cmath>
#include <limits>

using namespace mlir;
using namespace nibble;
using namespace nibble::difffuzz;

namespace {
/// How one set is made: a float, and a code of which all bits are given.
struct InputSet {
  float (*drawFloat)(Random &random, bool isQuantizedOnly);
  int64_t (*drawCode)(Random &random, unsigned numBits);
};
} // namespace

static int64_t getLeast(unsigned numBits) { return -(int64_t(1) << (numBits - 1)); }

static float drawOfAnySize(Random &random, bool isQuantizedOnly) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  if (isQuantizedOnly && random.chance(0.2))
    return random.pick({infinity, -infinity, std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::max(),
                        std::numeric_limits<float>::denorm_min(), -0.0f});
  float magnitude = std::ldexp(random.factor(1), static_cast<int>(random.integer(-30, 10)));
  return random.chance(0.5) ? magnitude : -magnitude;
}

static constexpr InputSet inputSets[] = {
    // Constants: the least and the largest codes, of s8, of u8.
    {[](Random &, bool) { return -1.0e4f; }, [](Random &, unsigned numBits) { return getLeast(numBits); }},
    {[](Random &, bool) { return 1.0e4f; }, [](Random &, unsigned numBits) { return -1 - getLeast(numBits); }},
    {[](Random &, bool) { return 0.0f; }, [](Random &, unsigned) { return int64_t(0); }},
    {[](Random &, bool) { return -0.0f; }, [](Random &, unsigned) { return int64_t(-1); }},
    // Extremes next to each other.
    {[](Random &random, bool) { return random.pick({-2.0f, 2.0f}); },
     [](Random &random, unsigned numBits) { return random.pick({getLeast(numBits), -1 - getLeast(numBits), int64_t(0), int64_t(-1)}); }},
    // Multiples of a power of two, which scales that are one divide into ties; codes that are next to each other.
    {[](Random &random, bool) { return static_cast<float>(random.integer(-512, 512)) * 0x1p-9f; },
     [](Random &random, unsigned) { return random.integer(-2, 2); }},
    {drawOfAnySize, [](Random &random, unsigned) { return static_cast<int64_t>(random.bits()); }},
};

/// Sets that are drawn anew: those above that are no constants, one after another.
constexpr unsigned numDrawn = 20, numConstant = 4, numKinds = std::size(inputSets);

unsigned nibble::difffuzz::getNumInputSets() { return 1 + numConstant + numDrawn; }

static bool isQuantizedOnly(Value argument) { return llvm::all_of(argument.getUsers(), llvm::IsaPred<QuantizeOp>); }

static void fill(data::Array &array, const InputSet &set, bool isQuantizedOnly, Random &random) {
  if (array.type.dtype == NIBBLE_F32) {
    for (float &element : array.getElements<float>())
      element = set.drawFloat(random, isQuantizedOnly);
    return;
  }
  unsigned size = data::getSizeInBytes(array.type.dtype);
  for (size_t offset = 0; offset < array.bytes.size(); offset += size) {
    int64_t code = set.drawCode(random, 8 * size);
    std::memcpy(array.bytes.data() + offset, &code, size);
  }
}

llvm::Expected<std::vector<data::Array>> nibble::difffuzz::makeInputSet(ModuleOp module, unsigned index) {
  llvm::Expected<std::vector<data::Array>> inputs = makeUpInputs(module);
  if (!inputs || index == 0)
    return inputs;
  unsigned number = index - 1, kind = number < numKinds ? number : numConstant + (number - numConstant) % (numKinds - numConstant);
  Random random(index);
  for (auto [argument, array] : llvm::zip_equal(module.lookupSymbol<func::FuncOp>("main").getArguments(), *inputs))
    fill(array, inputSets[kind], isQuantizedOnly(argument), random);
  return inputs;
}
