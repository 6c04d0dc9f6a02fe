"""Find a time: which machines somebody may have for so long, and when. It asks every rule."""
