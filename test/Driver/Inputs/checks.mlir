// A program, a test of it that holds, and one that does not.

func.func @main(%x: tensor<4xf32> {nibble.name = "x"}) -> (tensor<4xi8> {nibble.name = "y"}) {
  %s = arith.constant dense<0.5> : tensor<f32>
  %q = nibble.quantize %x scale(%s : tensor<f32>) as <s8> : tensor<4xf32> -> tensor<4xi8>
  return %q : tensor<4xi8>
}

func.func @holds() {
  %x = arith.constant dense<[1.0, 2.0, -3.0, 0.2]> : tensor<4xf32>
  %y = call @main(%x) : (tensor<4xf32>) -> tensor<4xi8>
  %want = arith.constant dense<[2, 4, -6, 0]> : tensor<4xi8>
  nibble_check.expect_eq %y, %want : tensor<4xi8>
  return
}

func.func @fails() {
  %x = arith.constant dense<[1.0, 2.0, -3.0, 0.2]> : tensor<4xf32>
  %y = call @main(%x) : (tensor<4xf32>) -> tensor<4xi8>
  %want = arith.constant dense<[2, 4, -6, 1]> : tensor<4xi8>
  nibble_check.expect_eq %y, %want : tensor<4xi8>
  nibble_check.expect_eq %y, %y : tensor<4xi8>
  return
}
