//===- FrontTest.cpp - fronts hold what nothing beats, in a text that is read again ------------------------------------===//

#include "TwoLayers.h"
#include "nibble/Assignment/Front.h"
#include "gtest/gtest.h"

using namespace nibble::assignment;

static NamedProblem makeNamed() { return llvm::cantFail(makeProblem(makeLosses(), makeCosts(), {}, std::nullopt)); }

static std::string getError(llvm::StringRef text) {
  llvm::Expected<Front> front = Front::parse(text, "a.csv");
  return front ? "" : llvm::toString(front.takeError());
}

TEST(Front, HoldsWhatNothingBeats) {
  NamedProblem named = makeNamed();
  Front front;
  int numCalls = 0;
  auto count = [&](const Front &) {
    ++numCalls;
    return llvm::Error::success();
  };
  llvm::cantFail(searchFront(named, {}, /*seconds=*/60, front, count));
  EXPECT_GE(numCalls, 4);
  for (const FrontPoint &point : front.points)
    for (size_t first = 0; first < 3; ++first)
      for (size_t second = 0; second < 2; ++second) {
        Totals other = evaluate(named.problem, {first, second});
        EXPECT_FALSE(other.loss < point.totals.loss && other.time < point.totals.time && other.size < point.totals.size);
      }
  EXPECT_EQ(front.points.front().totals.size, 325);
  EXPECT_EQ(front.points.back().totals.loss, 0);
}

TEST(Front, KeepsTheBounds) {
  NamedProblem named = makeNamed();
  Goal goal;
  goal.maxTime = 600;
  Front front;
  llvm::cantFail(searchFront(named, goal, /*seconds=*/60, front, [](const Front &) { return llvm::Error::success(); }));
  for (const FrontPoint &point : front.points)
    EXPECT_LE(point.totals.time, 600);
}

TEST(Front, IsReadAsItWasWritten) {
  NamedProblem named = makeNamed();
  Front front;
  front.add(named, "uniform", {2, 1});
  front.add(named, "front", {1, 0});
  front.add(named, "front", {1, 0});
  EXPECT_EQ(front.format(), "kind,loss,time_ns,size_bytes,\"conv \"\"1\"\"\",\"fc,2\"\n"
                            "uniform,0.375,500.0,500,w8a8,w8a8\n"
                            "front,0.5,1100.0,625,w4a16,float32\n");
  EXPECT_EQ(llvm::cantFail(Front::parse(front.format(), "a.csv")).format(), front.format());
}

TEST(Front, SaysWhereItIsWrong) {
  EXPECT_EQ(getError(""), "a.csv:1: expected the columns kind,loss,time_ns,size_bytes and names of layers");
  EXPECT_EQ(getError("kind,loss,time_ns,size_bytes\n"), "a.csv:1: expected the columns kind,loss,time_ns,size_bytes and names of layers");
  EXPECT_EQ(getError("kind,loss,time_ns,size_bytes,a\nfront,0,1,2\n"),
            "a.csv:2: expected 5 fields, the second to fourth finite numbers");
  EXPECT_EQ(getError("kind,loss,time_ns,size_bytes,a\nfront,0,1,2,w8a8\nfront,0,nan,2,w8a8\n"),
            "a.csv:3: expected 5 fields, the second to fourth finite numbers");
  EXPECT_EQ(getError("kind,loss,time_ns,size_bytes,a\nfront,0,1,2,\"w8a8\n"),
            "a.csv:2: expected 5 fields, the second to fourth finite numbers");
}
