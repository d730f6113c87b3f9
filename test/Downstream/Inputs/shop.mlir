// What each of two baskets costs in two shops. Every number is exact in codes: baskets run from -1/2 to 223/64, which is 255
// steps of 1/64, and the largest price of each shop is 127 steps of 1/4.
func.func private @costs(%baskets: tensor<3x2xf32> {nibble.name = "baskets"}) -> tensor<2x2xf32> {
  %prices = arith.constant dense<[[31.75, 4.0], [-2.5, 31.75], [0.25, -8.0]]> : tensor<3x2xf32>
  %fees = arith.constant dense<[0.5, -1.0]> : tensor<2xf32>
  %turned = shop.turn %baskets : tensor<3x2xf32> -> tensor<2x3xf32>
  %costs = shop.price %turned at %prices plus %fees : tensor<2x3xf32>, tensor<3x2xf32>, tensor<2xf32> -> tensor<2x2xf32>
  return %costs : tensor<2x2xf32>
}

func.func private @nibble_observe_save(%path: !llvm.ptr) -> i32
llvm.mlir.global internal constant @path("statistics.json\00")

func.func private @sample() -> tensor<2x2xf32> {
  %baskets = arith.constant dense<[[3.484375, 1.0], [2.0, 0.25], [-0.5, 3.0]]> : tensor<3x2xf32>
  %costs = call @costs(%baskets) : (tensor<3x2xf32>) -> tensor<2x2xf32>
  return %costs : tensor<2x2xf32>
}

// Runs it on two baskets, prints what they cost, and saves what the probes saw.
func.func @run() {
  %costs = call @sample() : () -> tensor<2x2xf32>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %first = tensor.extract %costs[%c0, %c0] : tensor<2x2xf32>
  %second = tensor.extract %costs[%c1, %c1] : tensor<2x2xf32>
  vector.print %first : f32
  vector.print %second : f32
  %path = llvm.mlir.addressof @path : !llvm.ptr
  call @nibble_observe_save(%path) : (!llvm.ptr) -> i32
  return
}
