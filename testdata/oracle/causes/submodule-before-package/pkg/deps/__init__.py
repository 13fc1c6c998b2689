from .auth import *
