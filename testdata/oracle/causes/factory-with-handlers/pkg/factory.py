from fastapi import FastAPI
def build(**options):
    return FastAPI(**options)
