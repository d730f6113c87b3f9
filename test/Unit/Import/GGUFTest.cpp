//===- GGUFTest.cpp - GGUF files: what is in them, and every way to be wrong -----------------------------===//

#include "ReadContent.h"
#include "llvm/ADT/StringExtras.h"
#include "gtest/gtest.h"

using namespace nibble;

namespace {
/// The bytes of a GGUF file, piece by piece.
struct Bytes {
  std::string text;

  Bytes &raw(llvm::StringRef bytes) {
    text += bytes;
    return *this;
  }
  template <typename T> Bytes &number(T value) { return raw({reinterpret_cast<const char *>(&value), sizeof value}); }
  Bytes &u32(uint32_t value) { return number(value); }
  Bytes &u64(uint64_t value) { return number(value); }
  Bytes &string(llvm::StringRef value) { return u64(value.size()).raw(value); }
  Bytes &header(uint64_t numTensors, uint64_t numKeys, uint32_t version = 3) {
    return raw("GGUF").u32(version).u64(numTensors).u64(numKeys);
  }
  Bytes &tensor(llvm::StringRef name, llvm::ArrayRef<uint64_t> extents, uint32_t type, uint64_t offset) {
    string(name).u32(extents.size());
    for (uint64_t extent : extents)
      u64(extent);
    return u32(type).u64(offset);
  }
  Bytes &alignTo(size_t alignment) {
    return raw(std::string(llvm::alignTo(text.size(), alignment) - text.size(), '\0'));
  }
};
} // namespace

static std::string getError(const Bytes &bytes) { return getReadError(bytes.text, "gguf"); }

/// A file with a value of each kind and two tensors, one of blocks.
static Bytes makeFile(uint32_t version = 3) {
  Bytes bytes;
  bytes.header(2, 4, version);
  bytes.string("general.name").u32(8).string("tiny");
  bytes.string("layers").u32(4).u32(7);
  bytes.string("tokens").u32(9).u32(8).u64(2).string("a").string("bc");
  bytes.string("epsilon").u32(6).number(0.5f);
  bytes.tensor("weight", {32, 2}, 2, 0).tensor("bias", {3}, 0, 64);
  return bytes.alignTo(32).raw(std::string(36, '\x11')).alignTo(32).raw(std::string(12, '\x22'));
}

TEST(GGUF, ReadsTensorsAndMetadata) {
  for (uint32_t version : {2u, 3u}) {
    TensorFile file = llvm::cantFail(readContent(makeFile(version).text, "gguf"));
    EXPECT_EQ(file.getFormat(), "GGUF " + std::to_string(version));
    ASSERT_EQ(file.getTensors().size(), 2u);
    const StoredTensor *weight = file.findTensor("weight");
    ASSERT_TRUE(weight);
    EXPECT_EQ(weight->encoding.name, "q4_0");
    EXPECT_EQ(weight->shape, (llvm::SmallVector<int64_t, 4>{2, 32})); // outermost first
    EXPECT_EQ(llvm::toStringRef(weight->bytes), std::string(36, '\x11'));
    EXPECT_EQ(llvm::toStringRef(file.findTensor("bias")->bytes), std::string(12, '\x22'));
    EXPECT_EQ(file.findTensor("none"), nullptr);
    EXPECT_EQ(std::get<llvm::StringRef>(*file.findMetadata("general.name")), "tiny");
    EXPECT_EQ(std::get<uint64_t>(*file.findMetadata("layers")), 7u);
    EXPECT_EQ(std::get<double>(*file.findMetadata("epsilon")), 0.5);
    auto tokens = std::get<MetadataArray>(*file.findMetadata("tokens")).getElements();
    ASSERT_EQ(tokens.size(), 2u);
    EXPECT_EQ(std::get<llvm::StringRef>(tokens[1]), "bc");
  }
}

TEST(GGUF, EveryValueType) {
  Bytes bytes;
  bytes.header(0, 9);
  bytes.string("u8").u32(0).number(uint8_t(200)).string("s8").u32(1).number(int8_t(-2));
  bytes.string("u16").u32(2).number(uint16_t(60000)).string("s16").u32(3).number(int16_t(-300));
  bytes.string("s32").u32(5).number(int32_t(-70000)).string("bool").u32(7).number(uint8_t(1));
  bytes.string("u64").u32(10).u64(~0ull).string("s64").u32(11).number(int64_t(-5)).string("f64").u32(12).number(0.1);
  TensorFile file = llvm::cantFail(readContent(bytes.text, "gguf"));
  EXPECT_EQ(std::get<uint64_t>(*file.findMetadata("u8")), 200u);
  EXPECT_EQ(std::get<int64_t>(*file.findMetadata("s8")), -2);
  EXPECT_EQ(std::get<uint64_t>(*file.findMetadata("u16")), 60000u);
  EXPECT_EQ(std::get<int64_t>(*file.findMetadata("s16")), -300);
  EXPECT_EQ(std::get<int64_t>(*file.findMetadata("s32")), -70000);
  EXPECT_EQ(std::get<bool>(*file.findMetadata("bool")), true);
  EXPECT_EQ(std::get<uint64_t>(*file.findMetadata("u64")), ~0ull);
  EXPECT_EQ(std::get<int64_t>(*file.findMetadata("s64")), -5);
  EXPECT_EQ(std::get<double>(*file.findMetadata("f64")), 0.1);
}

TEST(GGUF, AlignmentOfTheFile) {
  Bytes bytes;
  bytes.header(1, 1).string("general.alignment").u32(4).u32(8).tensor("x", {1}, 24, 8).alignTo(8).raw("01234567Y");
  TensorFile file = llvm::cantFail(readContent(bytes.text, "gguf"));
  EXPECT_EQ(llvm::toStringRef(file.findTensor("x")->bytes), "Y");
  for (uint32_t alignment : {0u, 24u}) {
    Bytes wrong;
    wrong.header(0, 1).string("general.alignment").u32(4).u32(alignment);
    EXPECT_EQ(getError(wrong), "key 'general.alignment': expected a power of two up to 2^31");
  }
}

TEST(GGUF, SaysWhatIsWrongInTheHeader) {
  EXPECT_EQ(getError(Bytes()), "byte 0: expected 4 bytes of the header, got 0");
  EXPECT_EQ(getError(Bytes().raw("GGML")), "not a GGUF file");
  EXPECT_EQ(getError(Bytes().header(0, 0, 1)), "expected GGUF version 2 or 3, got 1");
  EXPECT_EQ(getError(Bytes().header(0, 0, 3u << 24)), "expected a little-endian file, got a big-endian one");
  EXPECT_EQ(getError(Bytes().raw("GGUF").u32(3).u64(0)), "byte 16: expected 8 bytes of the header, got 0");
  // Counts that no file could hold are not believed.
  EXPECT_EQ(getError(Bytes().header(0, ~0ull)), "byte 24: expected 8 bytes of a key, got 0");
  EXPECT_EQ(getError(Bytes().header(~0ull, 0)), "byte 24: expected 8 bytes of a tensor's name, got 0");
}

TEST(GGUF, SaysWhatIsWrongInMetadata) {
  EXPECT_EQ(getError(Bytes().header(0, 1).u64(~0ull).raw("abc")),
            "byte 32: expected 18446744073709551615 bytes of a key, got 3");
  EXPECT_EQ(getError(Bytes().header(0, 1).string("k").u32(13)),
            "key 'k': byte 37: expected a value type of 0 to 12, got 13");
  EXPECT_EQ(getError(Bytes().header(0, 1).string("k").u32(7).raw("\x02")),
            "key 'k': byte 38: expected a bool of 0 or 1, got 2");
  EXPECT_EQ(getError(Bytes().header(0, 1).string("k").u32(9).u32(9).u64(1)),
            "key 'k': byte 49: expected an array of numbers or strings, got an array of arrays");
  EXPECT_EQ(getError(Bytes().header(0, 1).string("k").u32(9).u32(4).u64(1ull << 62).u32(1)),
            "key 'k': byte 53: expected 4 bytes of a value, got 0");
  EXPECT_EQ(getError(Bytes().header(0, 2).string("k").u32(4).u32(1).string("k").u32(4).u32(1)),
            "byte 50: key 'k' is there twice");
}

TEST(GGUF, SaysWhatIsWrongInTensors) {
  auto makeTensor = [](llvm::ArrayRef<uint64_t> extents, uint32_t type, uint64_t offset) {
    return Bytes().header(1, 0).tensor("x", extents, type, offset).alignTo(32).raw(std::string(64, '\0'));
  };
  EXPECT_EQ(getError(makeTensor({1, 1, 1, 1, 1}, 0, 0)), "tensor 'x': byte 37: expected at most 4 dimensions, got 5");
  EXPECT_EQ(getError(makeTensor({~0ull}, 0, 0)),
            "tensor 'x': byte 45: expected an extent below 2^62, got 18446744073709551615");
  EXPECT_EQ(getError(makeTensor({1}, 4, 0)), "tensor 'x': byte 49: elements of ggml's type 4 are not supported");
  EXPECT_EQ(getError(makeTensor({33}, 2, 0)),
            "tensor 'x': expected whole blocks of 32 elements of q4_0 and less than 2^63 bytes");
  EXPECT_EQ(getError(makeTensor({1ull << 31, 1ull << 31}, 0, 0)),
            "tensor 'x': expected whole blocks of 1 elements of f32 and less than 2^63 bytes");
  // A zero hides no overflow.
  EXPECT_EQ(getError(makeTensor({0, 1ull << 40, 1ull << 40}, 0, 0)),
            "tensor 'x': expected whole blocks of 1 elements of f32 and less than 2^63 bytes");
  EXPECT_EQ(getError(makeTensor({1}, 0, 4)), "tensor 'x': offset 4 is no multiple of the alignment 32");
  EXPECT_EQ(getError(makeTensor({17}, 0, 0)), "tensor 'x': expected 68 bytes at offset 0 of the data, which has 64");
  EXPECT_EQ(getError(makeTensor({1}, 0, 96)), "tensor 'x': expected 4 bytes at offset 96 of the data, which has 64");
  EXPECT_EQ(getError(makeTensor({1}, 0, 0ull - 32)),
            "tensor 'x': expected 4 bytes at offset 18446744073709551584 of the data, which has 64");
  Bytes twice = Bytes().header(2, 0).tensor("x", {1}, 0, 0).tensor("x", {1}, 0, 32).alignTo(32);
  EXPECT_EQ(getError(twice.raw(std::string(64, '\0'))), "tensor 'x' is there twice");
}

TEST(GGUF, EveryTruncationIsAnError) {
  std::string text = makeFile().text;
  for (size_t size = 0; size < text.size(); ++size)
    ASSERT_NE(getReadError(llvm::StringRef(text).take_front(size), "gguf"), "") << size;
}

TEST(GGUF, EveryFlippedBitIsReadOrAnError) {
  std::string text = makeFile().text;
  for (size_t bit = 0; bit < text.size() * 8; ++bit) {
    std::string flipped = text;
    flipped[bit / 8] ^= 1 << bit % 8;
    llvm::Expected<TensorFile> file = readContent(flipped, "gguf");
    if (!file) {
      EXPECT_NE(llvm::toString(file.takeError()), "");
      continue;
    }
    for (const StoredTensor &tensor : file->getTensors())
      ASSERT_LE(tensor.offset + tensor.bytes.size(), text.size()) << bit;
  }
}
