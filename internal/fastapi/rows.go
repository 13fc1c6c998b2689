package fastapi

import "bearings/internal/secret"

// fillRows computes what a key is in each environment.
func (l *linker) fillRows(p *Project, k *Key, letters *secret.Letters) {}
