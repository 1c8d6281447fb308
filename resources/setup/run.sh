#!/bin/sh
# Opens the window; without a display and without arguments, does its main job into files.
#
#   sh resources/setup/run.sh BIN [ARGUMENTS OF mvit-lens view]
set -eu
bin=$1
shift
if [ $# -gt 0 ]; then
  exec "$bin/mvit-lens" view "$@"
fi
if problem=$("$bin/python" -m app.checks display); then
  exec "$bin/mvit-lens" view --demo
fi

folder=build/sample
mkdir -p "$folder"
echo "mvit-lens: no window: $problem"
echo "The sample's heatmap is written to files instead."
for file in heatmap.mp4 heatmap.png; do
  "$bin/mvit-lens" export resources/demo/moves_right.mp4 \
    --checkpoint resources/demo/demo.pyth -o "$folder/$file"
done
cat <<END

Written on this machine, to look at on any other:
  $PWD/$folder/heatmap.mp4   the sample clip under the attention of the sample model
  $PWD/$folder/heatmap.png   one frame of it
The window opens where there is a display:
  over the network   log in with: ssh -X (X forwarding), then: make run
  on another machine  a desktop with this folder: make run
Your own video:
  $bin/mvit-lens export CLIP.mp4 --checkpoint MODEL.pyth -o HEATMAP.mp4
END
