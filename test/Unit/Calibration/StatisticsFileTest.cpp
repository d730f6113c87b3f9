//===- StatisticsFileTest.cpp - statistics files: round trip, merging, bad input --------------------------------===//

#include "nibble/Calibration/StatisticsFile.h"
#include "nibble/Calibration/StatisticsConversion.h"
#include "llvm/Support/FileSystem.h"
#include "gtest/gtest.h"

using namespace nibble;
using namespace nibble::calibration;
using namespace nibble::numerics;

static StatisticsFile getFile(llvm::ArrayRef<float> data) {
  StatisticsFile file;
  Statistics &statistics = file.values["conv\"1"];
  statistics.update(data.data(), data.size());
  statistics.endBatch();
  file.arrays["conv1/gram"] = {{2, 1}, {0.1f, -3}};
  return file;
}

static std::string getText(const StatisticsFile &file) { return StatisticsTextWriter::write(file.values, file.arrays); }

static std::string getError(llvm::StringRef text) {
  llvm::Expected<StatisticsFile> file = StatisticsFile::parse(text, "a.json");
  return file ? "" : llvm::toString(file.takeError());
}

TEST(StatisticsFile, ReadsWhatItWrites) { // (S28)
  llvm::SmallString<128> path;
  ASSERT_FALSE(llvm::sys::fs::createTemporaryFile("statistics", "json", path));
  StatisticsFile file = getFile({-1.1f, 0, 3.4e38f, 1e-45f, NAN});
  EXPECT_FALSE(errorToBool(file.save(path)));
  llvm::Expected<StatisticsFile> read = StatisticsFile::load(path);
  ASSERT_TRUE(static_cast<bool>(read)) << llvm::toString(read.takeError());
  EXPECT_EQ(getText(*read), getText(file));
  llvm::sys::fs::remove(path);
}

// (S28) A mask, which is -0 where something counts: a bin of its own, below that of 0.
TEST(StatisticsFile, ReadsTheSignOfZero) {
  StatisticsFile file = getFile({-3.4e38f, -0.0f});
  llvm::Expected<StatisticsFile> read = StatisticsFile::parse(getText(file), "a.json");
  ASSERT_TRUE(static_cast<bool>(read)) << llvm::toString(read.takeError());
  EXPECT_EQ(getText(*read), getText(file));
}

TEST(StatisticsFile, MergesStatisticsAndAddsArrays) { // (S28)
  StatisticsFile file = getFile({1, 2}), later = getFile({-3, 5});
  EXPECT_FALSE(errorToBool(file.merge(later)));
  const Statistics &merged = file.values["conv\"1"];
  EXPECT_EQ(merged.count(), 4u);
  EXPECT_EQ(merged.min(), -3);
  EXPECT_EQ(merged.batches().size(), 2u);
  EXPECT_EQ(file.arrays["conv1/gram"].data[1], -6);
  later.arrays["conv1/gram"].shape = {1, 2};
  EXPECT_EQ(llvm::toString(file.merge(later)), "array 'conv1/gram' has different shapes in the merged files");
}

TEST(StatisticsFile, NamesAllUnreadableFiles) {
  llvm::Expected<StatisticsFile> file = StatisticsFile::loadMerged({"/nowhere/a.json", "/nowhere/b.json"});
  ASSERT_FALSE(static_cast<bool>(file));
  EXPECT_EQ(llvm::toString(file.takeError()),
            "/nowhere/a.json: No such file or directory\n/nowhere/b.json: No such file or directory");
}

TEST(StatisticsFile, SaysWhereAFileIsWrong) {
  auto wrap = [](llvm::StringRef values) {
    return (R"({"format": "nibble-statistics", "version": 1, "values": {"a": {)" + values + "}}}").str();
  };
  EXPECT_EQ(getError("{"), "a.json: not JSON: [1:1, byte=1]: Expected object key");
  EXPECT_EQ(getError("[]"), "a.json: expected an object when parsing statistics");
  EXPECT_EQ(getError(R"({"format": "other"})"), "a.json: expected \"nibble-statistics\" at statistics.format");
  EXPECT_EQ(getError(R"({"format": "nibble-statistics", "version": 9})"), "a.json: expected 1 at statistics.version");
  EXPECT_EQ(getError(wrap("")), "a.json: expected an array at statistics.values.a.batches");
  EXPECT_EQ(getError(wrap(R"("nans": -1)")), "a.json: expected an integer from 0 to 2^53 at statistics.values.a.nans");
  EXPECT_EQ(getError(wrap(R"("batches": [[1, 0]])")),
            "a.json: the minimum of a batch is above its maximum at statistics.values.a.batches[0]");
  EXPECT_EQ(getError(wrap(R"("batches": [], "histogram": [[0, 1], [99999, 1]])")),
            "a.json: expected the number of a bin, -32640 to 32639 at statistics.values.a.histogram[1][0]");
  EXPECT_EQ(getError(wrap(R"("batches": [], "histogram": [[0, 1], [0, 1]])")),
            "a.json: bins are in ascending order at statistics.values.a.histogram[1][0]");
  EXPECT_EQ(getError(wrap(R"("batches": [], "histogram": [[0, 0]])")),
            "a.json: expected an integer from 1 to 2^53 at statistics.values.a.histogram[0][1]");
  EXPECT_EQ(getError(wrap(R"("batches": [], "histogram": [[0, 1]])")),
            "a.json: expected a finite 32-bit float at statistics.values.a.min");
  EXPECT_EQ(getError(wrap(R"("min": 0, "max": 1, "batches": [], "histogram": [[0, 1]])")),
            "a.json: min and max do not lie in the first and the last bin of the histogram at statistics.values.a.min");
  EXPECT_EQ(getError(R"({"format": "nibble-statistics", "version": 1, "arrays": {"g": {"shape": [2], "data": [1]}}})"),
            "a.json: the number of elements differs from the shape at statistics.arrays.g.data");
}

TEST(StatisticsFile, DeepNestingIsAnError) {
  EXPECT_EQ(getError(std::string(1 << 20, '[')), "a.json: brackets are nested deeper than in any file of nibble");
}

TEST(StatisticsFile, NoPrefixOfAFileIsAccepted) {
  std::string text = getText(getFile({-1, 2, 3}));
  for (size_t size = 0; size + 2 < text.size(); ++size)
    EXPECT_NE(getError(llvm::StringRef(text).take_front(size)), "");
}

TEST(StatisticsConversion, AttributeHoldsEverythingFinite) {
  mlir::MLIRContext context;
  context.loadDialect<NibbleDialect>();
  for (const StatisticsFile &file : {getFile({-1.5f, 0.25f, 7}), getFile({})}) {
    const Statistics &statistics = file.values.at("conv\"1");
    StatisticsAttr attribute = convertToAttribute(&context, statistics);
    EXPECT_EQ(attribute.getCount(), static_cast<int64_t>(statistics.count()));
    mlir::FailureOr<Statistics> back = convertFromAttribute(attribute);
    ASSERT_TRUE(succeeded(back));
    EXPECT_EQ(convertToAttribute(&context, *back), attribute);
  }
}
