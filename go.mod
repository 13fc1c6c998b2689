module bearings

go 1.26
