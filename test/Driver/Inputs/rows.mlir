// Softmax and normalization of layers, into floats and into codes, of rows of one element, a prime number of them, whole vectors, and
// more than a tile has.
#rows = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>
#col = affine_map<(d0, d1) -> (d1)>
#one = affine_map<(d0) -> (d0)>
func.func @main(%x1: tensor<5x1xf32> {nibble.name = "x1"}, %g1: tensor<1xf32> {nibble.name = "g1"},
                %x37: tensor<5x37xf32> {nibble.name = "x37"}, %g37: tensor<37xf32> {nibble.name = "g37"},
                %x128: tensor<5x128xf32> {nibble.name = "x128"}, %g128: tensor<128xf32> {nibble.name = "g128"},
                %x1031: tensor<5x1031xf32> {nibble.name = "x1031"}, %g1031: tensor<1031xf32> {nibble.name = "g1031"})
    -> (tensor<5x1xf32> {nibble.name = "soft1"},
        tensor<5x1xi8> {nibble.name = "codes1"},
        tensor<5x1xf32> {nibble.name = "norm1"},
        tensor<5x37xf32> {nibble.name = "soft37"},
        tensor<5x37xi8> {nibble.name = "codes37"},
        tensor<5x37xf32> {nibble.name = "norm37"},
        tensor<5x128xf32> {nibble.name = "soft128"},
        tensor<5x128xi8> {nibble.name = "codes128"},
        tensor<5x128xf32> {nibble.name = "norm128"},
        tensor<5x1031xf32> {nibble.name = "soft1031"},
        tensor<5x1031xi8> {nibble.name = "codes1031"},
        tensor<5x1031xf32> {nibble.name = "norm1031"}) {
  %scale = arith.constant dense<0.00390625> : tensor<f32>
  %zero = arith.constant dense<0> : tensor<i32>
  %nothing = arith.constant 0.0 : f32
  %v = tensor.empty() : tensor<5xf32>
  %start = linalg.fill ins(%nothing : f32) outs(%v : tensor<5xf32>) -> tensor<5xf32>
  %e1 = tensor.empty() : tensor<5x1xf32>
  %soft1 = linalg.softmax dimension(1) ins(%x1 : tensor<5x1xf32>) outs(%e1 : tensor<5x1xf32>) -> tensor<5x1xf32>
  %codes1 = nibble.quantize %soft1 scale(%scale : tensor<f32>) zero_point(%zero : tensor<i32>) as <u8, zero_point = integer> : tensor<5x1xf32> -> tensor<5x1xi8>
  %sum1 = linalg.reduce { arith.addf } ins(%x1 : tensor<5x1xf32>) outs(%start : tensor<5xf32>) dimensions = [1]
  %mean1 = linalg.generic {indexing_maps = [#one, #one], iterator_types = ["parallel"]} ins(%sum1 : tensor<5xf32>) outs(%v : tensor<5xf32>) {
  ^bb0(%s: f32, %out: f32):
    %n = arith.constant 1.0 : f32
    %q = arith.divf %s, %n : f32
    linalg.yield %q : f32
  } -> tensor<5xf32>
  %var1 = linalg.generic {indexing_maps = [#rows, #row, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x1, %mean1 : tensor<5x1xf32>, tensor<5xf32>) outs(%start : tensor<5xf32>) {
  ^bb0(%a: f32, %m: f32, %out: f32):
    %d = arith.subf %a, %m : f32
    %p = arith.mulf %d, %d : f32
    %s = arith.addf %out, %p : f32
    linalg.yield %s : f32
  } -> tensor<5xf32>
  %norm1 = linalg.generic {indexing_maps = [#rows, #row, #row, #col, #rows], iterator_types = ["parallel", "parallel"]}
      ins(%x1, %mean1, %var1, %g1 : tensor<5x1xf32>, tensor<5xf32>, tensor<5xf32>, tensor<1xf32>) outs(%e1 : tensor<5x1xf32>) {
  ^bb0(%a: f32, %m: f32, %w: f32, %g: f32, %out: f32):
    %n = arith.constant 1.0 : f32
    %epsilon = arith.constant 1.0e-5 : f32
    %variance = arith.divf %w, %n : f32
    %shifted = arith.addf %variance, %epsilon : f32
    %r = math.rsqrt %shifted : f32
    %d = arith.subf %a, %m : f32
    %p = arith.mulf %d, %r : f32
    %s = arith.mulf %p, %g : f32
    linalg.yield %s : f32
  } -> tensor<5x1xf32>
  %e37 = tensor.empty() : tensor<5x37xf32>
  %soft37 = linalg.softmax dimension(1) ins(%x37 : tensor<5x37xf32>) outs(%e37 : tensor<5x37xf32>) -> tensor<5x37xf32>
  %codes37 = nibble.quantize %soft37 scale(%scale : tensor<f32>) zero_point(%zero : tensor<i32>) as <u8, zero_point = integer> : tensor<5x37xf32> -> tensor<5x37xi8>
  %sum37 = linalg.reduce { arith.addf } ins(%x37 : tensor<5x37xf32>) outs(%start : tensor<5xf32>) dimensions = [1]
  %mean37 = linalg.generic {indexing_maps = [#one, #one], iterator_types = ["parallel"]} ins(%sum37 : tensor<5xf32>) outs(%v : tensor<5xf32>) {
  ^bb0(%s: f32, %out: f32):
    %n = arith.constant 37.0 : f32
    %q = arith.divf %s, %n : f32
    linalg.yield %q : f32
  } -> tensor<5xf32>
  %var37 = linalg.generic {indexing_maps = [#rows, #row, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x37, %mean37 : tensor<5x37xf32>, tensor<5xf32>) outs(%start : tensor<5xf32>) {
  ^bb0(%a: f32, %m: f32, %out: f32):
    %d = arith.subf %a, %m : f32
    %p = arith.mulf %d, %d : f32
    %s = arith.addf %out, %p : f32
    linalg.yield %s : f32
  } -> tensor<5xf32>
  %norm37 = linalg.generic {indexing_maps = [#rows, #row, #row, #col, #rows], iterator_types = ["parallel", "parallel"]}
      ins(%x37, %mean37, %var37, %g37 : tensor<5x37xf32>, tensor<5xf32>, tensor<5xf32>, tensor<37xf32>) outs(%e37 : tensor<5x37xf32>) {
  ^bb0(%a: f32, %m: f32, %w: f32, %g: f32, %out: f32):
    %n = arith.constant 37.0 : f32
    %epsilon = arith.constant 1.0e-5 : f32
    %variance = arith.divf %w, %n : f32
    %shifted = arith.addf %variance, %epsilon : f32
    %r = math.rsqrt %shifted : f32
    %d = arith.subf %a, %m : f32
    %p = arith.mulf %d, %r : f32
    %s = arith.mulf %p, %g : f32
    linalg.yield %s : f32
  } -> tensor<5x37xf32>
  %e128 = tensor.empty() : tensor<5x128xf32>
  %soft128 = linalg.softmax dimension(1) ins(%x128 : tensor<5x128xf32>) outs(%e128 : tensor<5x128xf32>) -> tensor<5x128xf32>
  %codes128 = nibble.quantize %soft128 scale(%scale : tensor<f32>) zero_point(%zero : tensor<i32>) as <u8, zero_point = integer> : tensor<5x128xf32> -> tensor<5x128xi8>
  %sum128 = linalg.reduce { arith.addf } ins(%x128 : tensor<5x128xf32>) outs(%start : tensor<5xf32>) dimensions = [1]
  %mean128 = linalg.generic {indexing_maps = [#one, #one], iterator_types = ["parallel"]} ins(%sum128 : tensor<5xf32>) outs(%v : tensor<5xf32>) {
  ^bb0(%s: f32, %out: f32):
    %n = arith.constant 128.0 : f32
    %q = arith.divf %s, %n : f32
    linalg.yield %q : f32
  } -> tensor<5xf32>
  %var128 = linalg.generic {indexing_maps = [#rows, #row, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x128, %mean128 : tensor<5x128xf32>, tensor<5xf32>) outs(%start : tensor<5xf32>) {
  ^bb0(%a: f32, %m: f32, %out: f32):
    %d = arith.subf %a, %m : f32
    %p = arith.mulf %d, %d : f32
    %s = arith.addf %out, %p : f32
    linalg.yield %s : f32
  } -> tensor<5xf32>
  %norm128 = linalg.generic {indexing_maps = [#rows, #row, #row, #col, #rows], iterator_types = ["parallel", "parallel"]}
      ins(%x128, %mean128, %var128, %g128 : tensor<5x128xf32>, tensor<5xf32>, tensor<5xf32>, tensor<128xf32>) outs(%e128 : tensor<5x128xf32>) {
  ^bb0(%a: f32, %m: f32, %w: f32, %g: f32, %out: f32):
    %n = arith.constant 128.0 : f32
    %epsilon = arith.constant 1.0e-5 : f32
    %variance = arith.divf %w, %n : f32
    %shifted = arith.addf %variance, %epsilon : f32
    %r = math.rsqrt %shifted : f32
    %d = arith.subf %a, %m : f32
    %p = arith.mulf %d, %r : f32
    %s = arith.mulf %p, %g : f32
    linalg.yield %s : f32
  } -> tensor<5x128xf32>
  %e1031 = tensor.empty() : tensor<5x1031xf32>
  %soft1031 = linalg.softmax dimension(1) ins(%x1031 : tensor<5x1031xf32>) outs(%e1031 : tensor<5x1031xf32>) -> tensor<5x1031xf32>
  %codes1031 = nibble.quantize %soft1031 scale(%scale : tensor<f32>) zero_point(%zero : tensor<i32>) as <u8, zero_point = integer> : tensor<5x1031xf32> -> tensor<5x1031xi8>
  %sum1031 = linalg.reduce { arith.addf } ins(%x1031 : tensor<5x1031xf32>) outs(%start : tensor<5xf32>) dimensions = [1]
  %mean1031 = linalg.generic {indexing_maps = [#one, #one], iterator_types = ["parallel"]} ins(%sum1031 : tensor<5xf32>) outs(%v : tensor<5xf32>) {
  ^bb0(%s: f32, %out: f32):
    %n = arith.constant 1031.0 : f32
    %q = arith.divf %s, %n : f32
    linalg.yield %q : f32
  } -> tensor<5xf32>
  %var1031 = linalg.generic {indexing_maps = [#rows, #row, #row], iterator_types = ["parallel", "reduction"]}
      ins(%x1031, %mean1031 : tensor<5x1031xf32>, tensor<5xf32>) outs(%start : tensor<5xf32>) {
  ^bb0(%a: f32, %m: f32, %out: f32):
    %d = arith.subf %a, %m : f32
    %p = arith.mulf %d, %d : f32
    %s = arith.addf %out, %p : f32
    linalg.yield %s : f32
  } -> tensor<5xf32>
  %norm1031 = linalg.generic {indexing_maps = [#rows, #row, #row, #col, #rows], iterator_types = ["parallel", "parallel"]}
      ins(%x1031, %mean1031, %var1031, %g1031 : tensor<5x1031xf32>, tensor<5xf32>, tensor<5xf32>, tensor<1031xf32>) outs(%e1031 : tensor<5x1031xf32>) {
  ^bb0(%a: f32, %m: f32, %w: f32, %g: f32, %out: f32):
    %n = arith.constant 1031.0 : f32
    %epsilon = arith.constant 1.0e-5 : f32
    %variance = arith.divf %w, %n : f32
    %shifted = arith.addf %variance, %epsilon : f32
    %r = math.rsqrt %shifted : f32
    %d = arith.subf %a, %m : f32
    %p = arith.mulf %d, %r : f32
    %s = arith.mulf %p, %g : f32
    linalg.yield %s : f32
  } -> tensor<5x1031xf32>
  return %soft1, %codes1, %norm1, %soft37, %codes37, %norm37, %soft128, %codes128, %norm128, %soft1031, %codes1031, %norm1031 : tensor<5x1xf32>, tensor<5x1xi8>, tensor<5x1xf32>, tensor<5x37xf32>, tensor<5x37xi8>, tensor<5x37xf32>, tensor<5x128xf32>, tensor<5x128xi8>, tensor<5x128xf32>, tensor<5x1031xf32>, tensor<5x1031xi8>, tensor<5x1031xf32>
}
