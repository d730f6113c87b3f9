// The second op converts numbers beyond the range of i32, which is poison upstream: the reference saturates, x86 does not.

#id = affine_map<(i) -> (i)>
func.func @main(%x: tensor<4xf32> {nibble.name = "x"}) -> (tensor<4xi32> {nibble.name = "y"}) {
  %init = tensor.empty() : tensor<4xf32>
  %large = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%x : tensor<4xf32>) outs(%init : tensor<4xf32>) {
  ^bb0(%in: f32, %out: f32):
    %factor = arith.constant 1.0e10 : f32
    %product = arith.mulf %in, %factor : f32
    linalg.yield %product : f32
  } -> tensor<4xf32> loc("enlarge")
  %codes = tensor.empty() : tensor<4xi32>
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%large : tensor<4xf32>) outs(%codes : tensor<4xi32>) {
  ^bb0(%in: f32, %out: i32):
    %code = arith.fptosi %in : f32 to i32
    linalg.yield %code : i32
  } -> tensor<4xi32> loc("convert")
  return %y : tensor<4xi32>
}
