//===- ReportOutputs.cpp - how good the outputs of a quantized program are --------------------------------------------------------===//

#include "ProgramOutputs.h"
#include "ReportMeasures.h"
#include "nibble/Support/Progress.h"

using namespace nibble;

/// Index of the largest element of sample number `sample` of `count`.
static int64_t argmax(const data::Array &array, int64_t sample, int64_t count) {
  llvm::ArrayRef<float> values = array.getElements<float>();
  size_t size = values.size() / count;
  llvm::ArrayRef<float> own = values.slice(sample * size, size);
  return std::max_element(own.begin(), own.end()) - own.begin();
}

namespace {

class Evaluation {
public:
  Evaluation(Program &floating, Program &quantized) : floating(floating), quantized(quantized) {}

  llvm::Error add(const TestData &data) {
    Progress progress("evaluating", data.batches->getNumBatches());
    int64_t firstSample = 0;
    for (int64_t batch = 0; batch < data.batches->getNumBatches(); ++batch) {
      llvm::Expected<std::vector<data::Array>> inputs = data.batches->readBatch(batch);
      if (!inputs)
        return inputs.takeError();
      llvm::Expected<std::vector<data::Array>> exact = runWide(floating, *inputs);
      if (!exact)
        return exact.takeError();
      llvm::Expected<std::vector<data::Array>> approximate = runWide(quantized, *inputs);
      if (!approximate)
        return approximate.takeError();
      addNoise(*exact, *approximate);
      int64_t samples = inputs->front().type.shape.empty() ? 1 : inputs->front().type.shape.front();
      if (isScores(exact->front().type) && exact->front().type.shape.front() == samples)
        if (llvm::Error error = addScores(exact->front(), approximate->front(), data, firstSample))
          return error;
      firstSample += samples;
      progress.update(batch + 1);
    }
    numSamples += firstSample;
    return llvm::Error::success();
  }

  void finish(ReportData &report) const {
    report.numSamples = numSamples;
    if (numSamples == 0)
      return;
    report.outputSqnr = noise.getDecibel();
    if (numScored > 0)
      report.agreement = static_cast<double>(numAgreeing) / numScored;
    if (numLabelled == 0)
      return;
    report.floating.accuracy = static_cast<double>(numRightFloating) / numLabelled;
    report.quantized.accuracy = static_cast<double>(numRightQuantized) / numLabelled;
  }

private:
  void addNoise(llvm::ArrayRef<data::Array> exact, llvm::ArrayRef<data::Array> approximate) {
    for (auto [a, b] : llvm::zip_equal(exact, approximate))
      if (a.type.dtype == NIBBLE_F32)
        for (auto [x, y] : llvm::zip_equal(a.getElements<float>(), b.getElements<float>()))
          noise.add(x, y);
  }

  /// `first` is the number of the batch's first sample among the labels.
  llvm::Error addScores(const data::Array &exact, const data::Array &approximate, const TestData &data, int64_t first) {
    int64_t count = exact.type.shape.front();
    llvm::ArrayRef<int64_t> labels = data.labels ? data.labels->getElements<int64_t>() : llvm::ArrayRef<int64_t>();
    if (data.labels && first + count > static_cast<int64_t>(labels.size()))
      return llvm::createStringError(llvm::inconvertibleErrorCode(),
                                     "there are " + llvm::Twine(labels.size()) + " labels, and more samples than that");
    for (int64_t sample = 0; sample < count; ++sample) {
      int64_t a = argmax(exact, sample, count), b = argmax(approximate, sample, count);
      numAgreeing += a == b;
      ++numScored;
      if (!data.labels)
        continue;
      ++numLabelled;
      numRightFloating += a == labels[first + sample];
      numRightQuantized += b == labels[first + sample];
    }
    return llvm::Error::success();
  }

  Program &floating, &quantized;
  Noise noise;
  int64_t numSamples = 0, numScored = 0, numAgreeing = 0, numLabelled = 0, numRightFloating = 0, numRightQuantized = 0;
};

} // namespace

llvm::Error nibble::evaluateOutputs(Program &floating, Program &quantized, llvm::ArrayRef<TestData> data, ReportData &report) {
  Evaluation evaluation(floating, quantized);
  for (const TestData &part : data)
    if (llvm::Error error = evaluation.add(part))
      return error;
  evaluation.finish(report);
  return llvm::Error::success();
}
