//===- DataSetTest.cpp - batches out of files and folders ----------------------------------------------------------===//

#include "TemporaryFolder.h"
#include "nibble/Data/DataSet.h"
#include "nibble/Data/Npy.h"
#include "nibble/Data/Npz.h"
#include "gtest/gtest.h"
#include <cmath>

using namespace nibble::data;

static DataInput getInput(std::string name, Shape shape, int64_t batchAxis = 0) {
  return {std::move(name), {NIBBLE_F32, std::move(shape)}, batchAxis};
}

class DataSetTest : public testing::Test {
protected:
  void write(llvm::StringRef name, const Array &array) {
    ASSERT_EQ(folder.message(writeNpy(folder.path(name), array)), "");
  }
  void writeZip(const std::map<std::string, Array> &arrays) {
    ASSERT_EQ(folder.message(writeNpz(folder.path("a.npz"), arrays)), "");
  }

  /// The first element and the shape of every batch of the first input: `0 [2, 3]; 6 [1, 3]`; or the error.
  std::string read(llvm::StringRef name, llvm::ArrayRef<DataInput> inputs) {
    llvm::Expected<std::unique_ptr<DataSet>> data = DataSet::open(folder.path(name), inputs);
    if (!data)
      return folder.message(data.takeError());
    std::string text;
    for (int64_t i = 0; i < (*data)->getNumBatches(); ++i) {
      llvm::Expected<std::vector<Array>> batch = (*data)->readBatch(i);
      if (!batch)
        return folder.message(batch.takeError());
      const Array &first = batch->front();
      std::string type = toString(first.type);
      text += (i ? "; " : "") + std::to_string(int64_t(first.getElements<float>()[0])) + type.substr(type.find(' '));
    }
    return text;
  }

  TemporaryFolder folder;
};

TEST_F(DataSetTest, CutsAlongTheBatchAxis) {
  write("a.npy", countUp({5, 3}));
  EXPECT_EQ(read("a.npy", getInput("x", {2, 3})), "0 [2, 3]; 6 [2, 3]; 12 [1, 3]");
  EXPECT_EQ(read("a.npy", getInput("x", {5, 2}, 1)), "0 [5, 2]; 2 [5, 1]");
  EXPECT_EQ(read("a.npy", getInput("x", {1, 3})), "0 [1, 3]; 3 [1, 3]; 6 [1, 3]; 9 [1, 3]; 12 [1, 3]");
}

TEST_F(DataSetTest, GathersAnInnerBatchAxis) {
  write("a.npy", countUp({2, 4}));
  llvm::Expected<std::unique_ptr<DataSet>> data = DataSet::open(folder.path("a.npy"), getInput("x", {2, 2}, 1));
  ASSERT_TRUE(static_cast<bool>(data));
  std::vector<Array> batch = llvm::cantFail((*data)->readBatch(1));
  EXPECT_EQ(batch[0].getElements<float>().vec(), (std::vector<float>{2, 3, 6, 7}));
}

TEST_F(DataSetTest, WithoutABatchAxisWholeInputsFollowEachOther) {
  write("a.npy", countUp({4, 3}));
  EXPECT_EQ(read("a.npy", getInput("x", {2, 3}, -1)), "0 [2, 3]; 6 [2, 3]");
  EXPECT_EQ(read("a.npy", getInput("x", {3}, -1)), "0 [3]; 3 [3]; 6 [3]; 9 [3]");
  EXPECT_EQ(read("a.npy", getInput("x", {3, 3}, -1)),
            "a.npy: expected float32 [3, 3] or several of them for input 'x', got float32 [4, 3]");
}

TEST_F(DataSetTest, ASingleSampleMayLackItsBatchAxis) {
  write("a.npy", countUp({3}));
  EXPECT_EQ(read("a.npy", getInput("x", {1, 3})), "0 [1, 3]");
  EXPECT_EQ(read("a.npy", getInput("x", {4, 3})), "0 [1, 3]");
}

TEST_F(DataSetTest, FindsArraysByName) {
  writeZip({{"x", countUp({2, 3})}, {"y", countUp({2})}});
  EXPECT_EQ(read("a.npz", {getInput("x", {1, 3}), getInput("y", {1})}), "0 [1, 3]; 3 [1, 3]");
  EXPECT_EQ(read("a.npz", getInput("image", {1, 3})), "0 [1, 3]; 3 [1, 3]");
  EXPECT_EQ(read("a.npz", getInput("image", {7, 7})),
            "a.npz: no array 'image'; it has 'x', 'y', of which 0 fit float32 [7, 7]");
  EXPECT_EQ(read("a.npz", {getInput("p", {1, 3}), getInput("q", {1})}),
            "a.npz: no array 'p'; it has 'x', 'y'\na.npz: no array 'q'; it has 'x', 'y'");
  EXPECT_EQ(read("a.npz", {getInput("x", {1, 4}), getInput("y", {1, 2, 3})}),
            "a.npz: array 'x': expected float32 [1, 4] or several of them for input 'x', got float32 [2, 3]\n"
            "a.npz: array 'y': expected float32 [1, 2, 3] or several of them for input 'y', got float32 [2]");
}

TEST_F(DataSetTest, InputsHaveEquallyManyBatches) {
  writeZip({{"x", countUp({2, 3})}, {"y", countUp({3})}});
  EXPECT_EQ(read("a.npz", {getInput("x", {1, 3}), getInput("y", {1})}),
            "a.npz: array 'y': expected as many batches as in a.npz: array 'x', 2, got 3");
}

TEST_F(DataSetTest, ReadsAFolderOfSamples) {
  write("b.npy", countUp({3}));
  write("a.npy", countUp({3}));
  EXPECT_EQ(read("", getInput("x", {2, 3})), "0 [2, 3]");
  EXPECT_EQ(read("", getInput("x", {3}, -1)), "0 [3]; 0 [3]");
  write("c.npy", countUp({4}));
  EXPECT_EQ(read("", getInput("x", {3, 3})), "c.npy: expected float32 [3] as in a.npy, got float32 [4]");
}

TEST_F(DataSetTest, SamplesMayHaveABatchAxisOfTheirOwn) {
  write("a.npy", countUp({1, 3}));
  write("b.npy", countUp({1, 3}));
  EXPECT_EQ(read("", getInput("x", {2, 3})), "0 [2, 3]");
  EXPECT_EQ(read("", getInput("x", {1, 3}, -1)), "0 [1, 3]; 0 [1, 3]");
}

TEST_F(DataSetTest, ReadsAFolderOfInputs) {
  write("x.npy", countUp({2, 3}));
  write("y.npy", countUp({2}));
  EXPECT_EQ(read("", {getInput("x", {1, 3}), getInput("y", {1})}), "0 [1, 3]; 3 [1, 3]");
  EXPECT_EQ(read("", {getInput("x", {1, 3}), getInput("z", {1})}), "z.npy: No such file or directory");
}

TEST_F(DataSetTest, ConvertsElements) {
  Array bytes{{NIBBLE_U8, {2}}, {7, 9}};
  write("a.npy", bytes);
  EXPECT_EQ(read("a.npy", getInput("x", {1})), "7 [1]; 9 [1]");
}

TEST_F(DataSetTest, SaysWhereANaNIs) {
  Array array = countUp({2, 3});
  array.getElements<float>()[4] = NAN;
  write("a.npy", array);
  EXPECT_EQ(read("a.npy", getInput("x", {1, 3})), "a.npy: batch 1: element 1 is a NaN or an infinity");
}

TEST_F(DataSetTest, SaysWhatItExpects) {
  EXPECT_EQ(read("a.txt", getInput("x", {1})), "a.txt: expected a .npz file, a .npy file or a folder");
  write("a.npy", countUp({1}));
  EXPECT_EQ(read("a.npy", {getInput("x", {1}), getInput("y", {1})}),
            "a.npy: a .npy file feeds a single input, the model has 2: 'x', 'y'");
  TemporaryFolder empty;
  llvm::Expected<std::unique_ptr<DataSet>> data = DataSet::open(empty.path(), getInput("x", {1}));
  ASSERT_FALSE(static_cast<bool>(data));
  EXPECT_EQ(llvm::toString(data.takeError()), empty.path() + ": expected .npy files or images, got 0 and 0");
}

TEST_F(DataSetTest, NoSamplesAreNoBatches) {
  write("a.npy", countUp({0, 3}));
  EXPECT_EQ(read("a.npy", getInput("x", {1, 3})), "");
}
