//===- Recurrent.cpp - LSTM, GRU, RNN ----------------------------------------------------------------===//
//
// Unrolled over time. What the input contributes to the gates of all times is one matrix product up front; a step multiplies
// the hidden state with the recurrent weights and combines the gates elementwise.
//
//===----------------------------------------------------------------------------------------------===//

#include "Emit.h"
#include "Linear.h"
#include "Operators.h"
#include "RecurrentActivation.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace nibble::onnx_import;

/// Longer sequences would make too many ops.
static constexpr int64_t maxSteps = 1 << 12;

namespace {

enum class CellKind { Lstm, Gru, Rnn };

/// What an operator says about all of its directions.
struct RecurrentPlan {
  CellKind kind;
  int64_t numGates, numStates, hiddenSize, numDirections;
  /// Whether direction 0 runs from the last time to the first; direction 1 always does.
  bool isReversed, isBatchFirst;
  SmallVector<RecurrentActivation> activations;
  double clip;
  bool couplesInputForget, resetsAfter;
};

/// One direction. Values are [batch, hidden] unless said otherwise.
class Direction {
public:
  Direction(Node &node, const RecurrentPlan &plan, int64_t number);

  /// The hidden state of each time, for an input [times, batch, features].
  SmallVector<Tensor> run(const Tensor &input);
  /// The hidden state, then the LSTM's cell state.
  SmallVector<Tensor> states;

private:
  Tensor part(const Tensor &tensor) const;
  Tensor columns(const Tensor &tensor, int64_t first, int64_t count) const;
  Tensor add(const Tensor &lhs, const Tensor &rhs) const;
  /// value * transposed weights of some gates.
  Tensor recur(const Tensor &value, int64_t firstGate, int64_t count) const;
  Value activate(ImplicitLocOpBuilder &b, int64_t which, Value x) const;
  Tensor compute(ArrayRef<Tensor> inputs, Body body) const;

  Tensor projectInput(const Tensor &input) const;
  SmallVector<Tensor> step(const Tensor &fromInput) const;
  SmallVector<Tensor> stepLstm(const Tensor &fromInput) const;
  Tensor stepGru(const Tensor &fromInput) const;
  /// `value` where the sequence of the batch has this time, else `other`.
  Tensor keepInside(int64_t time, const Tensor &value, const Tensor &other) const;

  Node &node;
  const RecurrentPlan &plan;
  int64_t number;
  Tensor weights, recurrentWeights, bias, recurrentBias, peepholes;
};

} // namespace

static Value multiply(ImplicitLocOpBuilder &b, Value lhs, Value rhs) { return arith::MulFOp::create(b, lhs, rhs); }
static Value plus(ImplicitLocOpBuilder &b, Value lhs, Value rhs) { return arith::AddFOp::create(b, lhs, rhs); }
static Value oneMinus(ImplicitLocOpBuilder &b, Value x) {
  return arith::SubFOp::create(b, scalar(b, x.getType(), 1), x);
}

Direction::Direction(Node &node, const RecurrentPlan &plan, int64_t number)
    : node(node), plan(plan), number(number), weights(part(node.getInput(1))), recurrentWeights(part(node.getInput(2))) {
  if (Tensor both = part(node.getInput(3))) {
    bias = columns(both, 0, plan.numGates);
    recurrentBias = columns(both, plan.numGates, plan.numGates);
  }
  int64_t batch = node.getInput(0).getSize(plan.isBatchFirst ? 0 : 1);
  for (int64_t state = 0; state < plan.numStates; ++state) {
    Tensor initial = node.getInput(5 + state);
    if (initial && plan.isBatchFirst)
      initial = transpose(node, initial, {1, 0, 2});
    TypedAttr zero = node.getZeroAttr(node.getInput(0).getElementType());
    states.push_back(initial ? part(initial) : splat(node, {batch, plan.hiddenSize}, zero));
  }
  peepholes = plan.kind == CellKind::Lstm ? part(node.getInput(7)) : Tensor();
}

Tensor Direction::part(const Tensor &tensor) const {
  if (!tensor)
    return {};
  SmallVector<int64_t> offsets(tensor.getRank(), 0), sizes(tensor.getShape()), ones(tensor.getRank(), 1);
  offsets[0] = number;
  sizes[0] = 1;
  return reshape(node, slice(node, tensor, offsets, sizes, ones), tensor.getShape().drop_front());
}

Tensor Direction::columns(const Tensor &tensor, int64_t first, int64_t count) const {
  if (!tensor)
    return {};
  SmallVector<int64_t> offsets(tensor.getRank(), 0), sizes(tensor.getShape()), ones(tensor.getRank(), 1);
  offsets.back() = first * plan.hiddenSize;
  sizes.back() = count * plan.hiddenSize;
  return slice(node, tensor, offsets, sizes, ones);
}

Tensor Direction::compute(ArrayRef<Tensor> inputs, Body body) const {
  return elementwise(node, inputs, node.getInput(0).getElementType(), body);
}

Tensor Direction::add(const Tensor &lhs, const Tensor &rhs) const {
  if (!rhs)
    return lhs;
  return compute({lhs, rhs}, [](ImplicitLocOpBuilder &b, ValueRange args) { return plus(b, args[0], args[1]); });
}

Tensor Direction::recur(const Tensor &value, int64_t firstGate, int64_t count) const {
  int64_t hidden = plan.hiddenSize;
  Tensor rows = slice(node, recurrentWeights, {firstGate * hidden, 0}, {count * hidden, hidden}, {1, 1});
  return multiplyMatrices(node, value, transpose(node, rows, {1, 0}));
}

Value Direction::activate(ImplicitLocOpBuilder &b, int64_t which, Value x) const {
  if (plan.clip > 0) {
    x = arith::MinimumFOp::create(b, x, scalar(b, x.getType(), plan.clip));
    x = arith::MaximumFOp::create(b, x, scalar(b, x.getType(), -plan.clip));
  }
  size_t perDirection = plan.activations.size() / plan.numDirections;
  return plan.activations[number * perDirection + which].apply(b, x);
}

/// [times, batch, gates * hidden], with all bias that is not multiplied later.
Tensor Direction::projectInput(const Tensor &input) const {
  ArrayRef<int64_t> shape = input.getShape();
  Tensor rows = reshape(node, input, {shape[0] * shape[1], shape[2]});
  Tensor sums = add(multiplyMatrices(node, rows, transpose(node, weights, {1, 0})), bias);
  if (plan.kind != CellKind::Gru)
    sums = add(sums, recurrentBias);
  else if (recurrentBias)
    sums = add(sums, plan.resetsAfter ? pad(node, columns(recurrentBias, 0, 2), {0}, {plan.hiddenSize},
                                            node.getZeroAttr(input.getElementType()))
                                      : recurrentBias);
  return reshape(node, sums, {shape[0], shape[1], plan.numGates * plan.hiddenSize});
}

/// Gates input, output, forget and cell.
SmallVector<Tensor> Direction::stepLstm(const Tensor &fromInput) const {
  Tensor sums = add(fromInput, recur(states[0], 0, 4));
  SmallVector<Tensor> inputs = {columns(sums, 0, 1), columns(sums, 2, 1), columns(sums, 3, 1), states[1]};
  if (peepholes)
    inputs.append({columns(peepholes, 0, 1), columns(peepholes, 2, 1)});
  Tensor cell = compute(inputs, [&](ImplicitLocOpBuilder &b, ValueRange args) {
    Value in = args[0], forget = args[1], old = args[3];
    if (args.size() > 4) {
      in = plus(b, in, multiply(b, args[4], old));
      forget = plus(b, forget, multiply(b, args[5], old));
    }
    in = activate(b, 0, in);
    forget = plan.couplesInputForget ? oneMinus(b, in) : activate(b, 0, forget);
    return plus(b, multiply(b, forget, old), multiply(b, in, activate(b, 1, args[2])));
  });
  inputs = {columns(sums, 1, 1), cell};
  if (peepholes)
    inputs.push_back(columns(peepholes, 1, 1));
  Tensor hidden = compute(inputs, [&](ImplicitLocOpBuilder &b, ValueRange args) {
    Value out = args.size() > 2 ? plus(b, args[0], multiply(b, args[2], args[1])) : args[0];
    return multiply(b, activate(b, 0, out), activate(b, 2, args[1]));
  });
  return {hidden, cell};
}

/// Gates update, reset and hidden.
Tensor Direction::stepGru(const Tensor &fromInput) const {
  const Tensor &old = states[0];
  Tensor sums = add(columns(fromInput, 0, 2), recur(old, 0, 2)), own = columns(fromInput, 2, 1);
  Tensor update = columns(sums, 0, 1), reset = columns(sums, 1, 1), hidden;
  if (plan.resetsAfter) {
    Tensor recurrent = add(recur(old, 2, 1), columns(recurrentBias, 2, 1));
    hidden = compute({own, reset, recurrent}, [&](ImplicitLocOpBuilder &b, ValueRange args) {
      return plus(b, args[0], multiply(b, activate(b, 0, args[1]), args[2]));
    });
  } else {
    Tensor left = compute({reset, old}, [&](ImplicitLocOpBuilder &b, ValueRange args) {
      return multiply(b, activate(b, 0, args[0]), args[1]);
    });
    hidden = add(own, recur(left, 2, 1));
  }
  return compute({update, hidden, old}, [&](ImplicitLocOpBuilder &b, ValueRange args) {
    Value share = activate(b, 0, args[0]);
    return plus(b, multiply(b, oneMinus(b, share), activate(b, 1, args[1])), multiply(b, share, args[2]));
  });
}

SmallVector<Tensor> Direction::step(const Tensor &fromInput) const {
  switch (plan.kind) {
  case CellKind::Lstm: return stepLstm(fromInput);
  case CellKind::Gru: return {stepGru(fromInput)};
  case CellKind::Rnn: break;
  }
  return {compute({add(fromInput, recur(states[0], 0, 1))},
                  [&](ImplicitLocOpBuilder &b, ValueRange args) { return activate(b, 0, args[0]); })};
}

Tensor Direction::keepInside(int64_t time, const Tensor &value, const Tensor &other) const {
  const Tensor &lengths = node.getInput(4);
  if (!lengths || !value || !other)
    return value;
  return elementwiseAlong(node, {lengths, value, other}, {{0}, {0, 1}, {0, 1}}, value.getShape(), value.getElementType(),
                          [&](ImplicitLocOpBuilder &b, ValueRange args) -> Value {
                            Value now = scalar(b, args[0].getType(), static_cast<double>(time));
                            Value isInside = arith::CmpIOp::create(b, arith::CmpIPredicate::sgt, args[0], now);
                            return arith::SelectOp::create(b, isInside, args[1], args[2]);
                          });
}

SmallVector<Tensor> Direction::run(const Tensor &input) {
  Tensor projected = projectInput(input);
  if (!projected)
    return {};
  int64_t times = input.getSize(0), batch = input.getSize(1), gates = plan.numGates * plan.hiddenSize;
  SmallVector<Tensor> outputs(times);
  for (int64_t index = 0; index < times && !node.failed(); ++index) {
    int64_t time = plan.isReversed || number == 1 ? times - 1 - index : index;
    Tensor now = slice(node, projected, {time, 0, 0}, {1, batch, gates}, {1, 1, 1});
    SmallVector<Tensor> next = step(reshape(node, now, {batch, gates}));
    for (auto [state, value] : llvm::zip_equal(states, next))
      state = keepInside(time, value, state);
    Tensor zero = splat(node, {batch, plan.hiddenSize}, node.getZeroAttr(input.getElementType()));
    outputs[time] = keepInside(time, next.front(), zero);
  }
  return outputs;
}

//===----------------------------------------------------------------------------------------------===//
// The operators
//===----------------------------------------------------------------------------------------------===//

static std::optional<RecurrentPlan> readPlan(Node &node, CellKind kind, int64_t numGates, ArrayRef<StringRef> activations) {
  RecurrentPlan plan;
  plan.kind = kind;
  plan.numGates = numGates;
  plan.numStates = kind == CellKind::Lstm ? 2 : 1;
  std::string direction = node.getString("direction", "forward");
  if (direction != "forward" && direction != "reverse" && direction != "bidirectional")
    (void)node.error("expected direction of forward, reverse or bidirectional, got '" + direction + "'");
  plan.numDirections = direction == "bidirectional" ? 2 : 1;
  plan.isReversed = direction == "reverse";
  plan.isBatchFirst = node.getInteger("layout", 0) != 0;
  plan.clip = node.getFloat("clip", 0);
  plan.couplesInputForget = node.getInteger("input_forget", 0) != 0;
  plan.resetsAfter = node.getInteger("linear_before_reset", 0) != 0;
  plan.activations = readActivations(node, activations, plan.numDirections);
  const Tensor &recurrent = node.getInput(2);
  plan.hiddenSize = node.getInteger("hidden_size", recurrent.getRank() ? recurrent.getShape().back() : 0);
  return node.failed() ? std::nullopt : std::optional(plan);
}

/// Checks an optional input's shape and type.
static bool checkInput(Node &node, size_t index, StringRef what, ArrayRef<int64_t> shape) {
  const Tensor &input = node.getInput(index);
  if (!node.failed() && input &&
      (input.getShape() != shape || input.getElementType() != node.getInput(0).getElementType()))
    (void)node.error("expected " + what + " " + formatShape(shape) + " of the input's type, got " +
                     formatShape(input.getShape()));
  return !node.failed();
}

static bool checkInputs(Node &node, const RecurrentPlan &plan) {
  const Tensor &input = node.getInput(0), &lengths = node.getInput(4);
  if (input.getRank() != 3 || !isa<FloatType>(input.getElementType()))
    return succeeded(node.error("expected an input of floats of rank 3, got " + formatShape(input.getShape())));
  int64_t times = input.getSize(plan.isBatchFirst ? 1 : 0), batch = input.getSize(plan.isBatchFirst ? 0 : 1);
  int64_t hidden = plan.hiddenSize, directions = plan.numDirections, gates = plan.numGates * hidden;
  if (times < 1 || times > maxSteps || batch < 1 || hidden < 1)
    return succeeded(node.error("expected from 1 to " + Twine(maxSteps) + " times, got " + Twine(times)));
  SmallVector<int64_t> state = {directions, batch, hidden};
  if (plan.isBatchFirst)
    state = {batch, directions, hidden};
  checkInput(node, 1, "weights", {directions, gates, input.getSize(2)});
  checkInput(node, 2, "recurrent weights", {directions, gates, hidden});
  checkInput(node, 3, "a bias", {directions, 2 * gates});
  checkInput(node, 5, "an initial state", state);
  if (plan.kind == CellKind::Lstm) {
    checkInput(node, 6, "an initial cell state", state);
    checkInput(node, 7, "peepholes", {directions, 3 * hidden});
  }
  if (!node.failed() && lengths && (lengths.getShape() != ArrayRef(batch) || !isa<IntegerType>(lengths.getElementType())))
    return succeeded(node.error("expected an integer length for each of " + Twine(batch) + " sequences, got " +
                                formatShape(lengths.getShape())));
  return !node.failed();
}

/// Tensors [batch, hidden] as [count, batch, hidden].
static Tensor stack(Node &node, ArrayRef<Tensor> tensors) {
  return concat(node, llvm::map_to_vector(tensors, [&](const Tensor &tensor) {
    return tensor ? reshape(node, tensor, {1, tensor.getSize(0), tensor.getSize(1)}) : Tensor();
  }), 0);
}

static LogicalResult importRecurrent(Node &node, CellKind kind, int64_t numGates, ArrayRef<StringRef> activations) {
  auto plan = readPlan(node, kind, numGates, activations);
  if (!plan || !checkInputs(node, *plan))
    return failure();
  const Tensor &given = node.getInput(0);
  Tensor input = plan->isBatchFirst ? transpose(node, given, {1, 0, 2}) : given;
  if (!input)
    return failure();
  int64_t times = input.getSize(0), batch = input.getSize(1), hidden = plan->hiddenSize;
  // [directions][states], and outputs [times, batch, hidden] of each direction.
  SmallVector<SmallVector<Tensor>> states(plan->numStates);
  SmallVector<Tensor> outputs;
  for (int64_t number = 0; number < plan->numDirections; ++number) {
    Direction direction(node, *plan, number);
    Tensor all = stack(node, direction.run(input));
    outputs.push_back(all ? reshape(node, all, {times, 1, batch, hidden}) : Tensor());
    for (auto [list, state] : llvm::zip_equal(states, direction.states))
      list.push_back(state);
  }
  Tensor whole = concat(node, outputs, 1);
  if (failed(node.setResult(0, plan->isBatchFirst ? transpose(node, whole, {2, 0, 1, 3}) : whole)))
    return failure();
  for (auto [index, list] : llvm::enumerate(states)) {
    Tensor last = stack(node, list);
    if (failed(node.setResult(index + 1, plan->isBatchFirst ? transpose(node, last, {1, 0, 2}) : last)))
      return failure();
  }
  return success();
}

LogicalResult nibble::onnx_import::importLSTM(Node &node) {
  return importRecurrent(node, CellKind::Lstm, 4, {"Sigmoid", "Tanh", "Tanh"});
}

LogicalResult nibble::onnx_import::importGRU(Node &node) {
  return importRecurrent(node, CellKind::Gru, 3, {"Sigmoid", "Tanh"});
}

LogicalResult nibble::onnx_import::importRNN(Node &node) { return importRecurrent(node, CellKind::Rnn, 1, {"Tanh"}); }
