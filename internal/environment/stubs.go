package environment

import "bearings/internal/source"

func (d *discovery) kubernetes() []*Environment              { return nil }
func (d *discovery) ci() []*Environment                      { return nil }
func (d *discovery) tests() []*Environment                   { return nil }
func (d *discovery) systemd(*source.File) []*Environment     { return nil }
func (d *discovery) supervisord(*source.File) []*Environment { return nil }
func (d *discovery) launchJSON(*source.File) []*Environment  { return nil }
func (d *discovery) page(*source.File)                       {}
