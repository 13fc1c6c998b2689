import somelib
class Config(somelib.X): pass
